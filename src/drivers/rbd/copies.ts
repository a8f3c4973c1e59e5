import { gibToBytes } from '../../domain/backend/resource.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type Volume } from '../contract.ts';
import { cleanedUp, halfway } from '../halfway.ts';
import { grow, isThere, layout, look, notThere, type RbdBackend, removeImage, rename, requireRoom } from './images.ts';
import { cloneSnapName, copyName, volumeName } from './names.ts';
import { LONG_MS } from './programs.ts';
import { namesOf, protect, removeSnapshot, type SnapshotNames, take } from './snapshots.ts';

/** A copy gets the volume's name when it is complete: one that was cut short may read as zeros. */
export const cloneVolume = async (backend: RbdBackend, volume: Volume, of: Volume): Promise<void> => {
  const source = { image: volumeName(of.id), snapshot: cloneSnapName(volume.id) };
  requireFits(backend, source.image, of.size, volume);
  await requireRoom(backend, volume);
  if (!(await begun(backend, volume, source))) return;
  const make = async () => {
    const isAlone = await isDeep(backend, of);
    await copy(backend, volume, source, of.size);
    if (isAlone) {
      await flatten(backend, volume);
      await removeSnapshot(backend, source);
    }
    await giveName(backend, volume, source);
  };
  await cleanedUp(make, () => halfway(() => removeLeftovers(backend, volume.id, source)));
};

export const volumeFromSnapshot = async (
  backend: RbdBackend,
  volume: Volume,
  snapshot: Snapshot,
  of: Volume,
): Promise<void> => {
  const source = namesOf(snapshot);
  requireFits(backend, source.snapshot, snapshot.volume_size, volume);
  await requireRoom(backend, volume);
  const make = async () => {
    const isAlone = backend.options.rbd_flatten_volume_from_snapshot || (await isDeep(backend, of));
    await copy(backend, volume, source, snapshot.volume_size);
    if (isAlone) await flatten(backend, volume);
    await giveName(backend, volume, null);
  };
  await cleanedUp(make, () => halfway(() => removeLeftovers(backend, volume.id)));
};

/** Takes the snapshot that the clone will hang on; not where the volume is complete. */
const begun = async (backend: RbdBackend, volume: Volume, source: SnapshotNames): Promise<boolean> => {
  if ((await take(backend, source)) === 'taken') return true;
  if (await isThere(backend, volume)) return false;
  // What a call left that did not end.
  await removeLeftovers(backend, volume.id, source);
  await take(backend, source);
  return true;
};

const giveName = async (backend: RbdBackend, volume: Volume, source: SnapshotNames | null): Promise<void> => {
  const name = volumeName(volume.id);
  if ((await rename(backend, copyName(volume.id), name)) === 'done') return;
  // A call before this came to its end.
  await isThere(backend, volume);
  await removeLeftovers(backend, volume.id, source);
};

const requireFits = ({ programs }: RbdBackend, name: string, sourceGiB: number, { size }: Volume): void => {
  if (sourceGiB <= size) return;
  throw new DriverFailure(`${name} in ${programs.place} is larger than ${size} GiB`, 'ask for more GiB');
};

/** The first format of clones, which old clients can read, asks that a snapshot be protected before. */
const copy = async (backend: RbdBackend, volume: Volume, source: SnapshotNames, sourceGiB: number): Promise<void> => {
  const { programs } = backend;
  const name = copyName(volume.id);
  const from = programs.at(source.image, source.snapshot);
  const clone = ['clone', ...layout(backend, volume), from, programs.at(name)];
  const obstacles = {
    absent: async () => {
      throw notThere(backend, source.image, source.snapshot);
    },
    // What a call left that did not end.
    exists: () => removeLeftovers(backend, volume.id),
    refused: () => protect(programs, source),
  };
  const expected = new Set(Object.keys(obstacles) as (keyof typeof obstacles)[]);
  for (;;) {
    const answer = await programs.tryTo(`create ${name}`, clone, [...expected]);
    if (answer === 'done') break;
    await obstacles[answer]();
    // Once each.
    expected.delete(answer);
  }
  if (sourceGiB < volume.size) await grow(backend, name, volume.size);
};

/** Whether a copy of this volume would hang on more copies than may be. */
const isDeep = async (backend: RbdBackend, { id, source_volid, snapshot_id }: Volume): Promise<boolean> => {
  const most = backend.options.rbd_max_clone_depth;
  if (source_volid === null && snapshot_id === null) return most === 0;
  let depth = 0;
  for (let image: string | undefined = volumeName(id); depth < most; depth += 1) {
    image = (await look(backend, image))?.parent?.image;
    if (image === undefined) return false;
  }
  return true;
};

const flatten = ({ programs }: RbdBackend, { id, size }: Volume): Promise<void> => {
  const copies = { subject: volumeName(id), bytes: gibToBytes(size) };
  const how = { timeoutMs: LONG_MS, stoppable: true, copies };
  return programs.change(`make ${volumeName(id)} independent`, ['flatten', programs.at(copyName(id))], how);
};

/** What a call left that did not end; `null`: the snapshot is a user's. */
export const removeLeftovers = async (
  backend: RbdBackend,
  id: string,
  source: SnapshotNames | null = null,
): Promise<void> => {
  await removeImage(backend, copyName(id));
  if (source !== null) await removeSnapshot(backend, source);
};
