import { gibToBytes, wholeGiB } from '../../domain/backend/resource.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import type { Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { grow, look, notThere, type RbdBackend, required, requireUnused } from './images.ts';
import { deletedName, snapshotName, volumeName } from './names.ts';
import { LONG_MS, type Programs } from './programs.ts';
import type { Info } from './report.ts';

export interface SnapshotNames {
  readonly image: string;
  readonly snapshot: string;
}

export const namesOf = ({ id, volume_id }: Snapshot): SnapshotNames => ({
  image: volumeName(volume_id),
  snapshot: snapshotName(id),
});

export const findSnapshot = (backend: RbdBackend, given: Snapshot): Promise<Info | null> => {
  const { image, snapshot } = namesOf(given);
  return look(backend, image, snapshot);
};

/** Ceph's clones of the first format, which clients older than Mimic can read, ask for it. Releases go by the alphabet. */
export const clonesProtected = async (programs: Programs): Promise<boolean> =>
  (await programs.order('read how old clients may be', 'osd', 'get-require-min-compat-client')) < 'mimic';

export const createSnapshot = async (backend: RbdBackend, given: Snapshot): Promise<void> => {
  const { programs, protects } = backend;
  const { image, snapshot } = namesOf(given);
  const [, isProtected] = await Promise.all([take(backend, { image, snapshot }), protects.get()]);
  if (isProtected) await protect(programs, { image, snapshot });
};

/** "busy": it is protected already. */
export const protect = async (programs: Programs, { image, snapshot }: SnapshotNames): Promise<void> => {
  const args = ['snap', 'protect', programs.at(image, snapshot)];
  await halfway(() => programs.tryTo(`protect ${snapshot}`, args, ['busy']));
};

/** One that is there already stays. */
export const take = async (backend: RbdBackend, { image, snapshot }: SnapshotNames): Promise<'taken' | 'exists'> => {
  const { programs } = backend;
  const args = ['snap', 'create', '--no-progress', programs.at(image, snapshot)];
  const answer = await programs.tryTo(`create ${snapshot}`, args, ['exists', 'absent']);
  if (answer === 'absent') throw notThere(backend, image);
  return answer === 'done' ? 'taken' : 'exists';
};

/**
 * Where clones of the first format hang on a snapshot, it stays under a name that tells, until the last of them goes.
 * For those of the second Ceph keeps it, out of sight.
 */
export const deleteSnapshot = async (backend: RbdBackend, given: Snapshot): Promise<void> => {
  const names = namesOf(given);
  if ((await removeSnapshot(backend, names)) === 'removed') return;
  const { image, snapshot } = names;
  const { programs } = backend;
  const args = ['snap', 'rename', programs.at(image, snapshot), programs.at(image, deletedName(snapshot))];
  await programs.change(`rename ${snapshot}`, args);
  // The last clone may have gone meanwhile.
  await halfway(() => removeSnapshot(backend, { image, snapshot: deletedName(snapshot) }));
};

/** Succeeds when it is gone already. */
export const removeSnapshot = async (
  { programs }: RbdBackend,
  { image, snapshot }: SnapshotNames,
): Promise<'removed' | 'has clones'> => {
  const at = programs.at(image, snapshot);
  const remove = ['snap', 'rm', '--no-progress', at];
  const removed = await programs.tryTo(`delete ${snapshot}`, remove, ['absent', 'busy']);
  if (removed !== 'busy') return 'removed';
  // "refused": another call has unprotected it.
  const expected = ['absent', 'busy', 'refused'] as const;
  const unprotected = await programs.tryTo(`unprotect ${snapshot}`, ['snap', 'unprotect', at], expected);
  if (unprotected === 'busy') return 'has clones';
  await programs.tryTo(`delete ${snapshot}`, remove, ['absent']);
  return 'removed';
};

/** Going back takes the size of the snapshot along: it is given back, also by a call after one that was cut short. */
export const revertToSnapshot = async (backend: RbdBackend, volume: Volume, given: Snapshot): Promise<void> => {
  const { programs } = backend;
  const { image, snapshot } = namesOf(given);
  const [present, kept] = await Promise.all([
    required(backend, image),
    required(backend, image, snapshot),
    requireUnused(backend, image),
  ]);
  const args = ['snap', 'rollback', '--no-progress', programs.at(image, snapshot)];
  const sizeGiB = Math.max(volume.size, wholeGiB(present.sizeBytes));
  await halfway(async () => {
    await programs.change(`revert ${image}`, args, { timeoutMs: LONG_MS });
    if (kept.sizeBytes < gibToBytes(sizeGiB)) await grow(backend, image, sizeGiB);
  });
};
