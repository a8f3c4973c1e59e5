import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Which loop device serves which connection: a link per connection to `DEVICE FILE`, in a directory that a reboot
 * empties. A loop device knows its file only, and two connections of one volume have the same file.
 */
const ATTACHING = 'attaching';

interface Claim {
  readonly connectionId: string;
  readonly device: string;
  readonly file: string;
}

export class Claims {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The device of the connection; `attaching` when a process began to attach and never said which it got. */
  async of(connectionId: string): Promise<string | null> {
    return (await this.#read(connectionId))?.device ?? null;
  }

  async isAttaching(connectionId: string): Promise<boolean> {
    return (await this.of(connectionId)) === ATTACHING;
  }

  /** The devices that are claimed over a file. A claim for another file is out of date where the device serves this one. */
  async devicesOver(file: string): Promise<ReadonlySet<string>> {
    return new Set((await this.#all()).filter((claim) => claim.file === file).map(({ device }) => device));
  }

  async begin(connectionId: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#link(connectionId, ATTACHING);
  }

  /** The device was free until now, so that what others claim of it is out of date. */
  async settle(connectionId: string, device: string, file: string): Promise<void> {
    const outdated = (await this.#all()).filter((one) => one.device === device && one.connectionId !== connectionId);
    await Promise.all(outdated.map((one) => this.end(one.connectionId)));
    await this.#link(connectionId, `${device} ${file}`);
  }

  async end(connectionId: string): Promise<void> {
    // A process that died while it claimed left its half-made link.
    const begun = `.${connectionId}.`;
    const isHalf = (name: string) => name.startsWith(begun) && /^\d+$/.test(name.slice(begun.length));
    const names = [connectionId, ...(await this.#entries()).filter(isHalf)];
    await Promise.all(names.map((name) => rm(join(this.#directory, name), { force: true })));
  }

  async #read(connectionId: string): Promise<Claim | null> {
    const text = await readlink(join(this.#directory, connectionId)).catch(() => null);
    if (text === null) return null;
    const [device = '', ...file] = text.split(' ');
    return { connectionId, device, file: file.join(' ') };
  }

  async #all(): Promise<readonly Claim[]> {
    const ids = (await this.#entries()).filter((name) => !name.startsWith('.'));
    return (await Promise.all(ids.map((id) => this.#read(id)))).filter((claim) => claim !== null);
  }

  async #entries(): Promise<readonly string[]> {
    return readdir(this.#directory).catch(() => []);
  }

  async #link(connectionId: string, claim: string): Promise<void> {
    const temporary = join(this.#directory, `.${connectionId}.${process.pid}`);
    await rm(temporary, { force: true });
    await symlink(claim, temporary);
    await rename(temporary, join(this.#directory, connectionId));
  }
}
