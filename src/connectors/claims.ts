import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Which loop device serves which connection: a link per connection, in a directory that a reboot empties. A loop device
 * knows its file only, and two connections of one volume have the same file.
 */
const ATTACHING = 'attaching';

export class Claims {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The device of the connection; `attaching` when a process began to attach and never said which it got. */
  async of(connectionId: string): Promise<string | null> {
    return readlink(join(this.#directory, connectionId)).catch(() => null);
  }

  async isAttaching(connectionId: string): Promise<boolean> {
    return (await this.of(connectionId)) === ATTACHING;
  }

  /** Every claimed device. */
  async devices(): Promise<ReadonlyMap<string, string>> {
    const ids = (await this.#entries()).filter((name) => !name.startsWith('.'));
    const claims = await Promise.all(ids.map(async (id) => [id, (await this.of(id)) ?? ATTACHING] as const));
    return new Map(claims.filter(([, device]) => device !== ATTACHING));
  }

  async begin(connectionId: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#link(connectionId, ATTACHING);
  }

  /** The device was free until now, so that what others claim of it is out of date. */
  async settle(connectionId: string, device: string): Promise<void> {
    const outdated = [...(await this.devices())].filter(([id, claimed]) => claimed === device && id !== connectionId);
    await Promise.all(outdated.map(([id]) => this.end(id)));
    await this.#link(connectionId, device);
  }

  async end(connectionId: string): Promise<void> {
    // A process that died while it claimed left its half-made link.
    const begun = `.${connectionId}.`;
    const isHalf = (name: string) => name.startsWith(begun) && /^\d+$/.test(name.slice(begun.length));
    const names = [connectionId, ...(await this.#entries()).filter(isHalf)];
    await Promise.all(names.map((name) => rm(join(this.#directory, name), { force: true })));
  }

  async #entries(): Promise<readonly string[]> {
    return readdir(this.#directory).catch(() => []);
  }

  async #link(connectionId: string, device: string): Promise<void> {
    const temporary = join(this.#directory, `.${connectionId}.${process.pid}`);
    await rm(temporary, { force: true });
    await symlink(device, temporary);
    await rename(temporary, join(this.#directory, connectionId));
  }
}
