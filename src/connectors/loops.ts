import { CommandError } from '../drivers/command-runner.ts';
import { backingFileOf, deviceSizeBytes } from '../drivers/file/loop-devices.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import { ConnectorFailure } from './contract.ts';
import { until } from './until.ts';

const GONE_WITHIN_MS = 10_000;

/** Loop devices, by losetup. */
export class Loops {
  readonly #run: RunCommand;

  constructor(run: RunCommand) {
    this.#run = run;
  }

  /** Makes a device over the file, and returns its path. */
  async make(file: string, readOnly: boolean): Promise<string> {
    const args = ['-f', '--show', ...(readOnly ? ['--read-only'] : []), file];
    return (await this.#losetup(args, `attach ${file}`)).trim();
  }

  /** Returns whether it is gone: the kernel lets it go when its last user closes it. */
  async remove(device: string): Promise<boolean> {
    const backing = await backingFileOf(device);
    await this.#losetup(['-d', device], `detach ${device}`);
    return goneInTime(device, backing);
  }

  /** Makes the device as large as its file is now. Returns its size in bytes. */
  async grow(device: string): Promise<bigint> {
    await this.#losetup(['-c', device], `grow ${device}`);
    const sizeBytes = await deviceSizeBytes(device);
    if (sizeBytes !== null) return sizeBytes;
    throw new ConnectorFailure(`${device} is gone`, 'attach the volume again');
  }

  async bypassPageCache(device: string): Promise<void> {
    await this.#losetup(['--direct-io=on', device], `use direct I/O on ${device}`);
  }

  async #losetup(args: readonly string[], action: string): Promise<string> {
    try {
      return (await this.#run('losetup', args, { root: true })).stdout;
    } catch (error) {
      const ended = error instanceof CommandError && !error.timedOut && !error.cancelled;
      if (!ended) throw error;
      throw new ConnectorFailure(
        `cannot ${action}: ${error.message}`,
        'check that this host has loop devices and losetup',
      );
    }
  }
}

const goneInTime = async (device: string, backing: string | null): Promise<boolean> => {
  const isGone = async () => backing === null || (await backingFileOf(device)) !== backing;
  return (await until(GONE_WITHIN_MS, async () => ((await isGone()) ? true : null))) !== null;
};
