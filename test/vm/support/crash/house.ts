import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { StoredEvent } from '../../../../src/domain/event.ts';
import {
  type Backend,
  type Connector,
  createEngine,
  type Engine,
  silentLogger,
  type Volume,
} from '../../../../src/index.ts';
import { openStorage, type Storage } from '../../../../src/library/storage.ts';
import { idsIn } from '../../../../torture/stopped.ts';
import { labelOn, writeLabel } from './bytes.ts';

/** A storage that the crashes happen on. */
export interface Site {
  readonly name: string;
  readonly backend: { readonly driver: string; readonly options: Readonly<Record<string, unknown>> };
  /** This host, as it is connected. */
  connector(): Promise<Connector>;
  /** Where the bytes of a volume are on this host, whether it is connected or not. */
  deviceOf(volumeId: string): Promise<string>;
  /** Where what is there is not what these events of volumes say. */
  differences(stored: readonly StoredEvent[]): Promise<readonly string[]>;
  /** All that is there. */
  leftovers(): Promise<readonly string[]>;
}

const BACKEND = 'store';
/** A volume that was extended so far makes way for a new one. */
const MOST_GIB = 4;

/** One log and one backend, which processes work on and die; what they left is recovered here, and looked at. */
export class House implements AsyncDisposable {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly #site: Site;
  readonly #storage: Storage;
  /** What each volume may hold. */
  readonly #labels = new Map<string, readonly string[]>();
  #standing: string | null = null;

  private constructor(engine: Engine, backend: Backend, site: Site, storage: Storage) {
    this.engine = engine;
    this.backend = backend;
    this.#site = site;
    this.#storage = storage;
  }

  static async opened(log: string, site: Site): Promise<House> {
    const engine = await createEngine({ log, logger: silentLogger });
    const backend = await engine.addBackend({ name: BACKEND, ...site.backend });
    const storage = await openStorage({ log, ifMissing: 'refuse', lockTimeoutMs: 10_000, projections: [] });
    return new House(engine, backend, site, storage);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage.close();
    await this.engine.close();
  }

  connector(): Promise<Connector> {
    return this.#site.connector();
  }

  /** A volume of 1 GiB or more that is free, and holds what it is known to hold. */
  async standing(): Promise<Volume> {
    const standing = this.#standing === null ? null : await this.engine.volume(this.#standing);
    if (standing !== null && standing.size < MOST_GIB) return standing;
    await standing?.delete();
    const volume = await this.backend.createVolume({ size: 1 });
    this.#standing = volume.id;
    await this.write(volume.id, 'first');
    return volume;
  }

  async write(volumeId: string, label: string): Promise<void> {
    await writeLabel(await this.#site.deviceOf(volumeId), label);
    this.expect(volumeId, label);
  }

  /** From now on the volume may hold one of these. */
  expect(volumeId: string, ...labels: readonly string[]): void {
    this.#labels.set(volumeId, labels);
  }

  /** What the volume holds, as far as it is known. */
  holds(volumeId: string): readonly string[] {
    return this.#labels.get(volumeId) ?? [];
  }

  /** Ends what the dead had open, and looks whether all is as the record says. Answers how it ended. */
  async recover(): Promise<readonly string[]> {
    const recovered = await this.engine.recover();
    const endings = recovered.map(({ operation, outcome, rejection }) =>
      [operation, outcome, ...(rejection === null ? [] : [rejection.message])].join(' '),
    );
    const open = await this.engine.openOperations();
    const swept = (await this.backend.reconcile()).differences.map((one) => inspect(one, { breakLength: Infinity }));
    const broken = await this.#broken();
    const unexplained = (lines: readonly string[]) => lines.filter((line) => !idsIn(line).some((id) => broken.has(id)));
    const world = unexplained(await this.#site.differences(await this.#storedOfVolumes()));
    assert.deepEqual(
      { open, swept: unexplained(swept), world },
      { open: [], swept: [], world: [] },
      endings.join('; '),
    );
    await this.#lookAtBytes();
    return endings;
  }

  /** Takes everything away by ordinary commands, but what stands for the next, and looks whether nothing is left of it. */
  async tidy(): Promise<void> {
    for (const volume of await this.engine.volumes()) {
      for (const connection of volume.connections) {
        if (connection.attached || connection.status !== 'reserved') await connection.detach();
        await connection.disconnect();
      }
      for (const snapshot of volume.snapshots) await snapshot.delete();
      const { status } = await volume.refresh();
      if (volume.id === this.#standing && status === 'available') continue;
      if (volume.id === this.#standing) this.#standing = null;
      await volume.delete();
    }
    await this.#look();
  }

  /** As `tidy`, and nothing stands. */
  async clear(): Promise<void> {
    this.#standing = null;
    await this.tidy();
    assert.deepEqual(await this.#site.leftovers(), []);
  }

  async #look(): Promise<void> {
    assert.deepEqual(await this.#site.differences(await this.#storedOfVolumes()), []);
    await this.#lookAtBytes();
  }

  /** What the record itself calls broken may be half there, and deleting it takes that away. */
  async #broken(): Promise<ReadonlySet<string>> {
    const all = (await this.engine.volumes()).flatMap((volume) => [volume, ...volume.snapshots]);
    return new Set(all.flatMap(({ id, status }) => (status.startsWith('error') ? [id] : [])));
  }

  async #storedOfVolumes(): Promise<readonly StoredEvent[]> {
    const volumes = await this.engine.volumes();
    const streams = volumes.map(({ id }) => Array.fromAsync(this.#storage.log.readStream(`volume-${id}`)));
    return (await Promise.all(streams)).flat();
  }

  /** Only a volume that the record calls whole has bytes. */
  async #lookAtBytes(): Promise<void> {
    for (const { id, status } of await this.engine.volumes()) {
      const labels = this.#labels.get(id);
      if (labels === undefined || !['available', 'in-use'].includes(status)) continue;
      const found = await labelOn(await this.#site.deviceOf(id), labels);
      assert.ok(found !== null, `volume ${id} holds none of: ${labels.join(', ')}`);
      this.expect(id, found);
    }
  }
}

export const newId = (): string => randomUUID();
