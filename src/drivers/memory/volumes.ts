import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type FoundVolume, type Volume, type VolumeModelUpdate } from '../contract.ts';
import type { MemoryArray, MemoryVolume } from './array.ts';
import { SparseBytes } from './sparse-bytes.ts';

export const GIB_BYTES = 1024n ** 3n;
export const sizeBytesOf = (sizeGiB: number): bigint => BigInt(sizeGiB) * GIB_BYTES;

/** How much an array may promise, from the backend's options. */
export interface Promisable {
  readonly totalBytes: bigint;
  readonly promisableBytes: bigint;
}

export const provisionedBytes = (array: MemoryArray): bigint =>
  [...array.volumes.values(), ...array.snapshots.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n);

export const allocatedBytes = (array: MemoryArray): number =>
  [...array.volumes.values(), ...array.snapshots.values()].reduce(
    (sum, { contents }) => sum + contents.allocatedBytes,
    0,
  );

/** The effects on an array, each a synchronous step that happens wholly or not at all. */
export const volumesOf = (array: MemoryArray, capacity: () => Promisable) => {
  const location = (id: string): string => `memory://${array.name}/${id}`;
  const modelUpdate = (id: string) => ({ provider_location: location(id), provider_id: id });

  const present = <Thing>(things: ReadonlyMap<string, Thing>, kind: string, id: string): Thing => {
    const thing = things.get(id);
    if (thing !== undefined) return thing;
    throw new DriverFailure(`array "${array.name}" has no ${kind} ${id}`, `check what became of the ${kind}`);
  };

  const room = (moreBytes: bigint): void => {
    const { promisableBytes } = capacity();
    if (provisionedBytes(array) + moreBytes <= promisableBytes) return;
    const remedy = 'delete volumes, or raise total_capacity_gb or max_over_subscription_ratio';
    throw new DriverFailure(`array "${array.name}" has no room for ${moreBytes / GIB_BYTES} GiB more`, remedy);
  };

  const create = (volume: Volume, contents: () => SparseBytes): VolumeModelUpdate => {
    const sizeBytes = sizeBytesOf(volume.size);
    const standing = array.volumes.get(volume.id);
    if (standing !== undefined && standing.sizeBytes !== sizeBytes) {
      const message = `array "${array.name}" has a volume ${volume.id} of ${standing.sizeBytes} bytes already`;
      throw new DriverFailure(message, 'delete that volume first');
    }
    if (standing === undefined) {
      room(sizeBytes);
      array.volumes.set(volume.id, { id: volume.id, sizeBytes, contents: contents() });
    }
    return modelUpdate(volume.id);
  };

  const copyOf = (volume: Volume, source: MemoryVolume) => (): SparseBytes => {
    if (source.sizeBytes <= sizeBytesOf(volume.size)) return source.contents.copy();
    throw new DriverFailure(`volume ${volume.id} would be smaller than its source ${source.id}`, 'ask for more GiB');
  };

  const found = (thing: MemoryVolume | undefined): FoundVolume | null =>
    thing === undefined ? null : { sizeBytes: thing.sizeBytes, modelUpdate: modelUpdate(thing.id) };

  return {
    location,
    volume: (id: string): MemoryVolume => present(array.volumes, 'volume', id),
    findVolume: (id: string) => found(array.volumes.get(id)),
    findSnapshot: (id: string) => found(array.snapshots.get(id)),
    create: (volume: Volume) => create(volume, () => new SparseBytes()),
    clone: (volume: Volume, source: Volume) =>
      create(volume, copyOf(volume, present(array.volumes, 'volume', source.id))),
    createFromSnapshot: (volume: Volume, snapshot: Snapshot) =>
      create(volume, copyOf(volume, present(array.snapshots, 'snapshot', snapshot.id))),

    delete: (id: string): void => {
      const connection = [...array.connections.values()].find(({ volumeId }) => volumeId === id);
      if (connection === undefined) {
        array.volumes.delete(id);
        array.exports.delete(id);
        return;
      }
      throw new DriverFailure(`volume ${id} is connected (${connection.id})`, 'disconnect it first');
    },

    /** Under its new id it has the size that it is recorded with. */
    manage: (volume: Volume, reference: string): VolumeModelUpdate => {
      const formerId = reference.replace(/^volume\//, '');
      const standing = array.volumes.get(volume.id);
      const former = array.volumes.get(formerId);
      if (standing !== undefined && former !== undefined && formerId !== volume.id) {
        throw new DriverFailure(`array "${array.name}" has a volume ${volume.id} already`, 'give another id');
      }
      const adopted = former ?? standing ?? present(array.volumes, 'volume', formerId);
      if (array.exports.has(formerId)) {
        throw new DriverFailure(`volume ${formerId} is exported`, 'remove its export first');
      }
      if (adopted.sizeBytes > sizeBytesOf(volume.size)) {
        throw new DriverFailure(`volume ${formerId} is larger than ${volume.size} GiB`, 'adopt it anew');
      }
      array.volumes.delete(formerId);
      array.volumes.set(volume.id, { ...adopted, id: volume.id, sizeBytes: sizeBytesOf(volume.size) });
      return modelUpdate(volume.id);
    },

    extend: (id: string, sizeGiB: number): void => {
      const volume = present(array.volumes, 'volume', id);
      const sizeBytes = sizeBytesOf(sizeGiB);
      if (sizeBytes < volume.sizeBytes) {
        throw new DriverFailure(`volume ${id} is larger than ${sizeGiB} GiB already`, 'ask for more GiB');
      }
      room(sizeBytes - volume.sizeBytes);
      array.volumes.set(id, { ...volume, sizeBytes });
    },

    createSnapshot: (snapshot: Snapshot): VolumeModelUpdate => {
      const { sizeBytes, contents } = present(array.volumes, 'volume', snapshot.volume_id);
      if (!array.snapshots.has(snapshot.id)) {
        room(sizeBytes);
        const taken = { id: snapshot.id, volumeId: snapshot.volume_id, sizeBytes, contents: contents.copy() };
        array.snapshots.set(snapshot.id, taken);
      }
      return modelUpdate(snapshot.id);
    },

    revert: (volume: Volume, snapshot: Snapshot): void => {
      const standing = present(array.volumes, 'volume', volume.id);
      const { contents } = present(array.snapshots, 'snapshot', snapshot.id);
      array.volumes.set(volume.id, { ...standing, contents: contents.copy() });
    },
  };
};
