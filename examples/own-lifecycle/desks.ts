import type { Backend, Volume } from '../../src/index.ts';

/** Gives each person one volume. It may be interrupted anywhere, and asked again. */
export class Desks {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The person's volume, of at least this many GiB. */
  async open(person: string, size: number): Promise<Volume> {
    const volumes = await this.#volumesOf(person);
    const usable = volumes.find(({ status }) => status === 'available');
    // What an earlier attempt left in error holds nothing that the person ever saw.
    for (const volume of volumes) if (volume !== usable) await volume.delete();
    if (usable === undefined) return this.#backend.createVolume({ name: person, size });
    return usable.size < size ? usable.extend(size) : usable;
  }

  async close(person: string): Promise<void> {
    for (const volume of await this.#volumesOf(person)) await volume.delete();
  }

  async #volumesOf(person: string): Promise<readonly Volume[]> {
    return (await this.#backend.volumes()).filter(({ name }) => name === person);
  }
}
