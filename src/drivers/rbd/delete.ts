import { DriverFailure, type Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { removeLeftovers } from './copies.ts';
import { look, type RbdBackend, removeImage, rename, requireUnused, taken } from './images.ts';
import { cloneSnapName, deletedName, imageNamedBy, snapshotName, snapshotNamedBy, volumeName } from './names.ts';
import { LinesSchema, type Parent, SnapshotsSchema } from './report.ts';
import { removeSnapshot, type SnapshotNames } from './snapshots.ts';

export const deleteVolume = async (backend: RbdBackend, { id, source_volid, snapshot_id }: Volume): Promise<void> => {
  const name = volumeName(id);
  if (source_volid === null && snapshot_id === null) return deleteOrRetire(backend, name, null);
  const found = await look(backend, name);
  await deleteOrRetire(backend, name, found?.parent ?? null);
  if (found === null) await halfway(() => clearAway(backend, id, source_volid, snapshot_id));
};

/** What is left of a volume whose creation, or deletion, was cut short. */
const clearAway = async (
  backend: RbdBackend,
  id: string,
  source_volid: string | null,
  snapshot_id: string | null,
): Promise<void> => {
  await removeLeftovers(backend, id);
  if (source_volid !== null) {
    const [image, snapshot] = [volumeName(source_volid), cloneSnapName(id)];
    for (const one of [image, deletedName(image)]) await removeUnneeded(backend, { image: one, snapshot });
  }
  if (snapshot_id !== null) await removeRetiredWith(backend, deletedName(snapshotName(snapshot_id)));
};

/** A volume does not say which other one its snapshot is of: whatever nobody needs any more goes. */
const removeRetiredWith = async (backend: RbdBackend, snapshot: string): Promise<void> => {
  const { programs } = backend;
  const { place } = programs;
  const said = await programs.askOfMany(`list what is in ${place}`, 'ls', '--long', place);
  for (const { image, snapshot: kept } of LinesSchema.parse(said)) {
    const isOne = kept === undefined ? imageNamedBy(image)?.kind === 'deleted' : kept === snapshot;
    if (isOne) await removeUnneeded(backend, { image, snapshot });
  }
};

/** With what only this image needed. Clones that were made of it keep it under another name. */
export const deleteImage = async (backend: RbdBackend, image: string): Promise<void> =>
  deleteOrRetire(backend, image, (await look(backend, image))?.parent ?? null);

const deleteOrRetire = async (backend: RbdBackend, image: string, parent: Parent | null): Promise<void> => {
  const isGone = await inLine(backend, image, async () => {
    const answer = await remove(backend, image);
    if (answer === 'has snapshots') await retire(backend, image);
    return answer === 'gone';
  });
  if (isGone && parent !== null) await removeAbove(backend, parent);
};

/**
 * Ceph's own program may die where the snapshots of one image are removed at once, and the image with them. Whoever
 * waits here waits for images further up alone.
 */
const inLine = <Result>({ lines }: RbdBackend, image: string, work: () => Promise<Result>): Promise<Result> => {
  const named = imageNamedBy(image);
  return lines.inLine(named?.kind === 'deleted' ? volumeName(named.id) : image, work);
};

type Removal = 'gone' | 'in the trash' | 'has snapshots';

const remove = async (backend: RbdBackend, image: string): Promise<Removal> => {
  const { options } = backend;
  const isDeferred = options.enable_deferred_deletion && imageNamedBy(image)?.kind === 'volume';
  if (!isDeferred) return (await removeImage(backend, image)) === 'has snapshots' ? 'has snapshots' : 'gone';
  if ((await snapshotsOf(backend, image)).length > 0) return 'has snapshots';
  const until = ['--expires-at', `${options.deferred_deletion_delay} seconds`];
  const answer = await removeImage(backend, image, ['trash', 'mv', ...until]);
  return answer === 'has snapshots' ? answer : 'in the trash';
};

const retire = async (backend: RbdBackend, image: string): Promise<void> => {
  await requireUnused(backend, image);
  const snapshots = await snapshotsOf(backend, image);
  const standing = snapshots.find(({ name, isKept }) => !isKept && !isUnneeded(name))?.name;
  if (standing !== undefined) {
    throw new DriverFailure(
      `${backend.programs.at(image)} has the snapshot ${standing}, which would go with it`,
      'delete the snapshot first',
    );
  }
  for (const { name, isKept } of snapshots) if (!isKept) await removeSnapshot(backend, { image, snapshot: name });
  if (imageNamedBy(image)?.kind !== 'volume') {
    if ((await remove(backend, image)) !== 'has snapshots') return;
    throw new DriverFailure(`${backend.programs.at(image)} has clones`, 'flatten or delete its clones first');
  }
  if ((await rename(backend, image, deletedName(image))) === 'exists') throw taken(backend, deletedName(image));
  // The last clone may have gone meanwhile.
  await halfway(() => removeRetired(backend, deletedName(image)));
};

const isUnneeded = (snapshot: string): boolean =>
  ['clone_snap', 'deleted'].includes(snapshotNamedBy(snapshot)?.kind ?? '');

/** Those that only clones still need Ceph keeps for itself. */
const snapshotsOf = async ({ programs }: RbdBackend, image: string) => {
  const said = await programs.askOf(`read the snapshots of ${image}`, 'snap', 'ls', '--all', programs.at(image));
  return SnapshotsSchema.parse(said ?? []).map(({ name, namespace }) => ({
    name,
    isKept: namespace !== undefined && namespace.type !== 'user',
  }));
};

/** Whoever removes the last clone removes what was kept for it. */
export const removeAbove = (backend: RbdBackend, { pool, pool_namespace, image, snapshot }: Parent): Promise<void> =>
  pool === backend.programs.pool && pool_namespace === (backend.options.rbd_namespace ?? '')
    ? halfway(() => removeUnneeded(backend, { image, snapshot }))
    : Promise.resolve();

const removeUnneeded = (backend: RbdBackend, names: SnapshotNames): Promise<void> =>
  inLine(backend, names.image, async () => {
    if (isUnneeded(names.snapshot)) await removeSnapshot(backend, names);
    if (imageNamedBy(names.image)?.kind === 'deleted') await removeRetired(backend, names.image);
  });

const removeRetired = async (backend: RbdBackend, image: string): Promise<void> => {
  const found = await look(backend, image);
  if (found === null) return;
  const answer = await removeImage(backend, image);
  if (answer !== 'has snapshots' && found.parent !== null) await removeAbove(backend, found.parent);
};
