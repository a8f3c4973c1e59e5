import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Progress } from '../../progress.ts';
import { CommandError } from '../command-runner.ts';
import { type DriverEnvironment, DriverFailure } from '../contract.ts';
import { lvmFailure } from './failures.ts';

export interface BlockOptions {
  readonly volume_clear_ionice?: string | undefined;
  readonly volume_dd_blocksize: string;
}

export type BlockEnvironment = Pick<DriverEnvironment, 'run' | 'signal' | 'onProgress'>;

/** What is being written or read, of which device, and what the kernel counts it as. */
interface Work {
  readonly work: Progress['work'];
  readonly device: string;
  readonly counted: 'read' | 'written';
  readonly bytes: bigint;
}

const LONG_MS = 7 * 24 * 3_600_000;
const PROGRESS_MS = 250;
const SECTOR_BYTES = 512;
/** So much is cleared between two moments in which it can be stopped. */
const WIPE_STEP_BYTES = 32 * 1024 * 1024;

/** Copies and clears the bytes of devices, past the page cache, stoppable and with progress. */
export class Blocks {
  readonly #group: string;
  readonly #options: BlockOptions;
  readonly #environment: BlockEnvironment;

  constructor(group: string, options: BlockOptions, environment: BlockEnvironment) {
    this.#group = group;
    this.#options = options;
    this.#environment = environment;
  }

  /** The same, for what has to be cleaned up after a call was stopped. */
  unstoppable(): Blocks {
    const signal = () => new AbortController().signal;
    return new Blocks(this.#group, this.#options, { ...this.#environment, signal });
  }

  /** `isZeroed`: the device reads as zeros so far, and what is zero need not be written. */
  async copy(from: string, to: string, bytes: bigint, { isZeroed }: { readonly isZeroed: boolean }): Promise<void> {
    // nocreat: a device that is missing is never a file of that name.
    const conversions = ['nocreat', 'fdatasync', ...(isZeroed ? ['sparse'] : [])];
    const where = [`if=${from}`, `of=${to}`, `bs=${this.#options.volume_dd_blocksize}`, `count=${bytes}`];
    const how = ['iflag=count_bytes,direct', 'oflag=direct', `conv=${conversions}`, 'status=none'];
    const work: Work = { work: 'copy', device: from, counted: 'read', bytes };
    await this.#perform(`copy ${basename(from)}`, 'dd', [...where, ...how], work);
  }

  /** Writes zeros, by the disk's own command where it has one. Refuses a device that is in use. */
  async wipe(device: string, bytes: bigint): Promise<void> {
    const nice = this.#options.volume_clear_ionice?.split(' ') ?? [];
    const wipe = ['blkdiscard', '--zeroout', '--step', String(WIPE_STEP_BYTES), '--length', String(bytes), device];
    const [program = '', ...args] = nice.length === 0 ? wipe : ['ionice', ...nice, ...wipe];
    await this.#perform(`clear ${basename(device)}`, program, args, {
      work: 'wipe',
      device,
      counted: 'written',
      bytes,
    });
  }

  async #perform(action: string, program: string, args: readonly string[], work: Work): Promise<void> {
    const stopShowing = await this.#show(work);
    const { run, signal } = this.#environment;
    try {
      await run(program, args, { root: true, timeoutMs: LONG_MS, signal: signal() });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.cancelled) throw new DriverFailure(`cannot ${action}: it was stopped`, 'give the command again');
      throw lvmFailure(this.#group, action, error);
    } finally {
      stopShowing();
    }
  }

  async #show({ work, device, counted, bytes }: Work): Promise<() => void> {
    const { onProgress } = this.#environment;
    if (onProgress === undefined) return () => {};
    const before = await countedBytes(device, counted);
    const tell = async () => {
      const done = Math.min(Number(bytes), (await countedBytes(device, counted)) - before);
      onProgress({ work, subject: basename(device), unit: 'bytes', done, total: Number(bytes) });
    };
    const timer = setInterval(() => void tell(), PROGRESS_MS);
    return () => clearInterval(timer);
  }
}

const COLUMN = { read: 2, written: 6 } as const;

/** What the kernel counted of a device; anybody may read that. */
const countedBytes = async (device: string, counted: Work['counted']): Promise<number> => {
  try {
    const stat = await readFile(`/sys/class/block/${basename(await realpath(device))}/stat`, 'utf8');
    return Number(stat.trim().split(/\s+/)[COLUMN[counted]]) * SECTOR_BYTES;
  } catch {
    return 0;
  }
};
