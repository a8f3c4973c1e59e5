import type { Snapshot } from '../../domain/volume/volume.ts';
import {
  DriverFailure,
  type FoundVolume,
  type SnapshotModelUpdate,
  type Volume,
  type VolumeModelUpdate,
} from '../contract.ts';
import { failureOf, refusalOr, settled } from './endings.ts';
import { type Found, sizeInBytes, unlessUntold } from './found.ts';
import type { PythonError } from './python.ts';

interface Made<Update> {
  readonly sizeBytes: bigint;
  readonly update: Update | undefined;
}

type MakeVolume = () => Promise<VolumeModelUpdate | undefined>;

/** What was made long ago is not made again. */
const MOST_KEPT = 10_000;

/** Copies take their time: what a crash left of one looks whole. */
const isCopy = ({ snapshot_id, source_volid }: Volume): boolean => snapshot_id !== null || source_volid !== null;

const isBeingMade = ({ status }: { readonly status: string }): boolean => status === 'creating';

const otherSize = (id: string): DriverFailure =>
  new DriverFailure(`volume ${id} is there with another size`, 'delete it first');

/** Volumes and snapshots that this process saw being made, with what the driver said of them. */
export class Makings {
  readonly #found: Found;
  readonly #volumes = new Map<string, Made<VolumeModelUpdate>>();
  readonly #snapshots = new Map<string, Made<SnapshotModelUpdate>>();

  constructor(found: Found) {
    this.#found = found;
  }

  /** Makes a volume, unless it is there. */
  volume(volume: Volume, make: MakeVolume): Promise<VolumeModelUpdate | undefined> {
    return this.#once(volume, () => settled(make, (error) => this.#madeAllTheSame(volume, error)));
  }

  /** Makes a volume with the bytes of another; one that is there may be half a copy. */
  copy(volume: Volume, make: MakeVolume, unmake: () => Promise<unknown>): Promise<VolumeModelUpdate | undefined> {
    return this.#once(volume, async () => {
      if (await unlessUntold(this.#found.volume(volume))) {
        const problem = `a volume ${volume.id} is there already, and it is not known whether it is whole`;
        throw new DriverFailure(problem, 'delete it on the storage first');
      }
      return settled(make, async (error) => {
        const found = await unlessUntold(this.#found.volume(volume));
        if (found === undefined) throw refusalOr(error);
        if (found !== null) await settled(unmake, () => Promise.reject(error));
        throw failureOf(error);
      });
    });
  }

  async #once(volume: Volume, make: MakeVolume): Promise<VolumeModelUpdate | undefined> {
    const before = this.#volumes.get(volume.id);
    if (before !== undefined) {
      if (before.sizeBytes === sizeInBytes(volume.size)) return before.update;
      throw otherSize(volume.id);
    }
    const update = await make();
    keep(this.#volumes, volume.id, { sizeBytes: sizeInBytes(volume.size), update });
    return update;
  }

  async snapshot(
    snapshot: Snapshot,
    source: Volume,
    make: () => Promise<SnapshotModelUpdate | undefined>,
  ): Promise<SnapshotModelUpdate | undefined> {
    const before = this.#snapshots.get(snapshot.id);
    if (before !== undefined) return before.update;
    const update = await settled(make, async (error) => {
      const found = await unlessUntold(this.#found.snapshot(snapshot, source));
      if (found === null) throw failureOf(error);
      if (found === undefined) throw refusalOr(error);
      return undefined;
    });
    keep(this.#snapshots, snapshot.id, { sizeBytes: sizeInBytes(snapshot.volume_size), update });
    return update;
  }

  /** What was half made is not there: a copy that nobody saw the end of. */
  async foundVolume(volume: Volume): Promise<FoundVolume | null> {
    const made = this.#volumes.get(volume.id);
    const sizeBytes = await this.#found.volume(volume);
    const isHalfMade = made === undefined && isCopy(volume) && isBeingMade(volume);
    return sizeBytes === null || isHalfMade ? null : withUpdate(sizeBytes, made?.update);
  }

  async foundSnapshot(snapshot: Snapshot, source: Volume): Promise<FoundVolume | null> {
    const sizeBytes = await this.#found.snapshot(snapshot, source);
    return sizeBytes === null ? null : withUpdate(sizeBytes, this.#snapshots.get(snapshot.id)?.update);
  }

  /** It is gone, or of another size, or is no longer told of. */
  forget(id: string): void {
    this.#volumes.delete(id);
    this.#snapshots.delete(id);
  }

  async #madeAllTheSame(volume: Volume, error: PythonError): Promise<undefined> {
    const found = await unlessUntold(this.#found.volume(volume));
    if (found === null) throw failureOf(error);
    if (found === undefined) throw refusalOr(error);
    if (found !== sizeInBytes(volume.size)) throw otherSize(volume.id);
  }
}

const keep = <Value>(kept: Map<string, Value>, id: string, value: Value): void => {
  kept.set(id, value);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
};

const withUpdate = (sizeBytes: bigint, modelUpdate: VolumeModelUpdate | undefined): FoundVolume =>
  modelUpdate === undefined ? { sizeBytes } : { sizeBytes, modelUpdate };
