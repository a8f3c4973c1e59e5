import { CommandError } from '../drivers/command-runner.ts';
import { StepError } from '../drivers/root-files/steps.ts';
import type { RootFiles } from '../drivers/root-files.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import { ConnectorFailure } from './contract.ts';

const FLUSHED_WITHIN_MS = 30_000;

/** What is done with a block device, of whatever protocol. */
export class Disks {
  readonly #run: RunCommand;
  readonly #files: RootFiles;

  constructor(run: RunCommand, files: RootFiles) {
    this.#run = run;
    this.#files = files;
  }

  async assertUnused(name: string): Promise<void> {
    try {
      await this.#files([{ do: 'assertUnused', path: `/dev/${name}` }]);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      if (['ENOENT', 'ENXIO', 'ENODEV', 'ENOMEDIUM'].includes(error.code)) return;
      if (error.code !== 'EBUSY') throw error;
      throw new ConnectorFailure(`/dev/${name} is in use, mounted or held by another device`, 'unmount it first');
    }
  }

  /** Writes out what this host still keeps of it. The kernel may take for ever where the storage is gone. */
  async flush(name: string): Promise<void> {
    await this.#writeOut(name, 'blockdev', ['--flushbufs', `/dev/${name}`]);
  }

  /** The same, and has the device write out what it keeps itself. */
  async sync(name: string): Promise<void> {
    await this.#writeOut(name, 'sync', [`/dev/${name}`]);
  }

  async makeReadOnly(name: string): Promise<void> {
    await this.#run('blockdev', ['--setro', `/dev/${name}`], { root: true });
  }

  async #writeOut(name: string, program: string, args: readonly string[]): Promise<void> {
    try {
      await this.#run(program, args, { root: true, timeoutMs: FLUSHED_WITHIN_MS });
    } catch (error) {
      if (!(error instanceof CommandError) || error.cancelled) throw error;
      throw new ConnectorFailure(`/dev/${name} cannot be written out: ${error.message}`, MEND_OR_FORCE);
    }
  }
}

export const MEND_OR_FORCE = 'mend the way to the storage, or detach by force and lose what is not written';
