import { setTimeout as sleep } from 'node:timers/promises';
import { DriverFailure } from '../contract.ts';

export const MEMORY_CALLS = [
  'setup',
  'stats',
  'createVolume',
  'deleteVolume',
  'findVolume',
  'createExport',
  'removeExport',
  'initializeConnection',
  'terminateConnection',
  'extendVolume',
  'cloneVolume',
  'createSnapshot',
  'deleteSnapshot',
  'createVolumeFromSnapshot',
  'findSnapshot',
  'revertToSnapshot',
  'freezeBackend',
  'thawBackend',
  'listResources',
  'findResource',
  'deleteResource',
  'manageExisting',
  'connectVolume',
  'disconnectVolume',
  'findDevice',
  'extendDevice',
] as const;
/** A driver's calls, and those of the host connector (`connectVolume` to `extendDevice`). */
export type MemoryCall = (typeof MEMORY_CALLS)[number];

/** What goes wrong with the next such calls. */
export interface Fault {
  readonly call: MemoryCall;
  /** Only calls about the volume, snapshot or connection of this id. */
  readonly id?: string;
  /**
   * - `before`: the array refuses, nothing happens;
   * - `after`: the effect happens, then the answer is lost;
   * - `instead`: nothing happens, and the answer is lost.
   *
   * Left out, the call does what it should (late, with `hang` or `latencyMs`).
   */
  readonly when?: 'before' | 'after' | 'instead';
  /** How many calls are hit; one unless given. */
  readonly times?: number;
  /** The call does not end until `release()`: after the effect with `after`, else before it. */
  readonly hang?: boolean;
  readonly latencyMs?: number;
}

export interface RecordedCall {
  readonly call: MemoryCall;
  /** Of the volume, snapshot or connection that the call was about; empty for the array itself. */
  readonly id: string;
}

/** Runs the calls of one array, records them and lets the injected faults happen. */
export class FaultyCalls {
  readonly calls: RecordedCall[] = [];
  #faults: { fault: Fault; left: number }[] = [];
  #hanging: (() => void)[] = [];
  #awaitingHang: { count: number; resolve: () => void }[] = [];

  inject(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Lets every hanging call go on. */
  release(): void {
    for (const goOn of this.#hanging.splice(0)) goOn();
  }

  /** How many calls hang. */
  hangingNow(): number {
    return this.#hanging.length;
  }

  /** Resolves when at least `count` calls hang. */
  hanging(count = 1): Promise<void> {
    return new Promise((resolve) => {
      this.#awaitingHang.push({ count, resolve });
      this.#announceHanging();
    });
  }

  /** Forgets the faults that were not met. */
  forget(): void {
    this.#faults = [];
  }

  /** Forgets faults and calls, and releases what hangs. */
  clear(): void {
    this.forget();
    this.calls.length = 0;
    this.release();
  }

  async perform<Result>(
    call: MemoryCall,
    id: string,
    effect: () => Result,
    refusal: (message: string, remedy: string) => Error = (message, remedy) => new DriverFailure(message, remedy),
  ): Promise<Result> {
    this.calls.push({ call, id });
    const fault = this.#take(call, id);
    if (fault === undefined) return effect();
    if (fault.when === 'after') {
      effect();
      await this.#delay(fault);
      throw new Error(`the array's answer to ${call} was lost`);
    }
    await this.#delay(fault);
    if (fault.when === 'before') throw refusal(`the array refused ${call}`, 'remove the fault that was injected');
    if (fault.when === 'instead') throw new Error(`the array's answer to ${call} was lost`);
    return effect();
  }

  #take(call: MemoryCall, id: string): Fault | undefined {
    const found = this.#faults.find(({ fault }) => fault.call === call && (fault.id === undefined || fault.id === id));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#faults = this.#faults.filter((one) => one !== found);
    return found.fault;
  }

  async #delay({ hang, latencyMs }: Fault): Promise<void> {
    if (latencyMs !== undefined) await sleep(latencyMs);
    if (!hang) return;
    await new Promise<void>((goOn) => {
      this.#hanging.push(goOn);
      this.#announceHanging();
    });
  }

  #announceHanging(): void {
    const reached = this.#awaitingHang.filter(({ count }) => count <= this.#hanging.length);
    this.#awaitingHang = this.#awaitingHang.filter((waiting) => !reached.includes(waiting));
    for (const { resolve } of reached) resolve();
  }
}
