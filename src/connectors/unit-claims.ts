import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RootFiles } from '../drivers/root-files.ts';
import type { Device } from './contract.ts';

/**
 * Which connection uses which logical unit of which target, so that one of two connections of a volume does not take
 * the device from the other: a link per connection, in a directory that a reboot empties as it ends all sessions.
 */
export interface UnitClaim {
  readonly connectionId: string;
  /** `TARGET/UNIT`: a name that the storage gave, without white space. */
  readonly units: readonly string[];
  readonly readOnly: boolean;
  /** Whether the device was attached; a process that died before left what it began. */
  readonly settled: boolean;
  /** What was attached, where it is noted. */
  readonly device?: Device | undefined;
}

export class UnitClaims {
  readonly #stateDirectory: string;
  readonly #files: RootFiles;

  constructor(stateDirectory: string, files: RootFiles) {
    this.#stateDirectory = stateDirectory;
    this.#files = files;
  }

  async all(): Promise<readonly UnitClaim[]> {
    const ids = await readdir(this.#directory).catch(() => []);
    return (await Promise.all(ids.map((id) => this.#read(id)))).filter((claim) => claim !== null);
  }

  async claim({ connectionId, units, readOnly, settled, device }: UnitClaim): Promise<void> {
    const path = join(this.#directory, connectionId);
    const words = [readOnly ? 'ro' : 'rw', settled ? 'settled' : 'begun', ...units].join(' ');
    const noted = device === undefined ? '' : `\n${JSON.stringify(device)}`;
    await this.#files([
      { do: 'mkdir', path: this.#stateDirectory },
      { do: 'mkdir', path: this.#directory },
      { do: 'unlink', path },
      { do: 'link', path, to: words + noted },
    ]);
  }

  async end(connectionId: string): Promise<void> {
    if ((await this.#read(connectionId)) === null) return;
    await this.#files([{ do: 'unlink', path: join(this.#directory, connectionId) }]);
  }

  get #directory(): string {
    return join(this.#stateDirectory, 'units');
  }

  async #read(connectionId: string): Promise<UnitClaim | null> {
    const text = await readlink(join(this.#directory, connectionId)).catch(() => null);
    if (text === null) return null;
    const [words = '', noted] = text.split('\n');
    const [mode, progress, ...units] = words.split(' ');
    const device = noted === undefined ? undefined : (JSON.parse(noted) as Device);
    return { connectionId, units, readOnly: mode === 'ro', settled: progress === 'settled', device };
  }
}
