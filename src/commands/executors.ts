import { setTimeout as delay } from 'node:timers/promises';
import type { OpenIntent } from '../domain/aggregate.ts';
import { ScoriaError } from '../domain/errors.ts';
import type { Leases } from '../eventlog/leases.ts';
import type { Logger } from '../logging.ts';
import { LeaseWatch } from './lease-watch.ts';

/** What a host tells of those that execute on it. */
export interface HostExecutors {
  /** This engine: `host/pid/instance`. */
  readonly own: string;
  /** Whether it is known that the executor will never go on. */
  isGone(executor: string): Promise<boolean>;
  /** Ends what the commands of an operation of that executor still run. Returns whether they are gone. */
  endCommandsOf(executor: string, commandId: string): Promise<boolean>;
}

export interface ExecutorsOptions {
  /** How long the lease of an executor is that is at work, in milliseconds. */
  readonly leaseMs: number;
  readonly log: Logger;
  /** Aborted when nobody wants to watch others any more. */
  readonly signal?: AbortSignal | undefined;
}

/** So many times is a lease renewed within its length, and at least looked at by whoever watches it. */
const RENEWALS_PER_LEASE = 3;
export const LOOKS_PER_LEASE = 15;

type Held = Pick<OpenIntent, 'executor' | 'event_id'>;

/**
 * Who executes on a log. An executor is gone when its host says so, and else when its lease has run out: also one whose
 * process stands still, or has forgotten an operation whose outcome it could not record.
 */
export class Executors {
  readonly #host: HostExecutors;
  readonly #leases: Leases | undefined;
  readonly #watch: LeaseWatch | null;
  readonly #options: ExecutorsOptions;
  #atWork = 0;
  #heart: NodeJS.Timeout | undefined;
  /** When the lease moved last, and when it did after a time in which others may have lost their patience. */
  #movedMs = 0;
  #revivedMs = Number.NEGATIVE_INFINITY;
  #beating: Promise<void> | null = null;
  #isHeld = false;

  constructor(host: HostExecutors, leases: Leases | undefined, options: ExecutorsOptions) {
    this.#host = host;
    this.#leases = leases;
    this.#options = options;
    this.#watch = leases === undefined ? null : new LeaseWatch(leases, options.leaseMs);
  }

  get own(): string {
    return this.#host.own;
  }

  /** What it calls its host. */
  get host(): string {
    return this.own.split('/')[0] ?? '';
  }

  /** Whether the executor of an open intent will not go on with it, as far as is known now. */
  async isGone({ executor, event_id }: Held): Promise<boolean> {
    if (await this.#host.isGone(executor)) return true;
    return executor !== this.own && (await this.#watch?.look(executor, event_id)) === 'run out';
  }

  /** The same, watching its lease until it tells. */
  async isGoneAfterAll(held: Held): Promise<boolean> {
    const { leaseMs, signal } = this.#options;
    if (this.#watch === null || held.executor === this.own) return this.#host.isGone(held.executor);
    for (;;) {
      if (await this.#host.isGone(held.executor)) return true;
      const sight = await this.#watch.look(held.executor, held.event_id);
      if (sight !== 'still' || signal?.aborted) return sight === 'run out';
      await delay(leaseMs / LOOKS_PER_LEASE, undefined, { signal }).catch(() => {});
    }
  }

  endCommandsOf(executor: string, commandId: string): Promise<boolean> {
    return this.#host.endCommandsOf(executor, commandId);
  }

  /**
   * Keeps this executor's lease moving while it works on what is its own since `beganMs`. What is done sooner than the
   * first renewal costs nothing.
   */
  async atWork<Value>(beganMs: number, work: () => Promise<Value>): Promise<Value> {
    this.#atWork += 1;
    if (this.#atWork === 1) this.#begin(beganMs);
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
      if (this.#atWork === 0) clearInterval(this.#heart);
    }
  }

  /** Whether this process stood still for so long, since then, that others may have gone on with what it was at. */
  wasStillSince(beganMs: number): boolean {
    return this.#revivedMs >= beganMs || this.#isStillAt(performance.now());
  }

  #isStillAt(nowMs: number): boolean {
    return this.#leases !== undefined && nowMs - this.#movedMs > this.#options.leaseMs / 2;
  }

  async close(): Promise<void> {
    clearInterval(this.#heart);
    await this.#beating;
    if (!this.#isHeld) return;
    // Best effort: a lease that nobody moves runs out.
    await this.#leases?.release(this.own).catch(() => {});
  }

  #begin(beganMs: number): void {
    this.#movedMs = beganMs;
    if (this.#leases === undefined) return;
    this.#heart = setInterval(() => {
      this.#beating ??= this.#renew(this.#leases as Leases).finally(() => {
        this.#beating = null;
      });
    }, this.#options.leaseMs / RENEWALS_PER_LEASE).unref();
  }

  async #renew(leases: Leases): Promise<void> {
    const { leaseMs, log } = this.#options;
    const beganMs = performance.now();
    this.#isHeld = true;
    try {
      await leases.renew(this.own, leaseMs);
      if (this.#isStillAt(beganMs)) this.#revivedMs = beganMs;
      this.#movedMs = beganMs;
    } catch (error) {
      log.warn({ code: error instanceof ScoriaError ? error.code : null }, 'The lease was not renewed');
    }
  }
}
