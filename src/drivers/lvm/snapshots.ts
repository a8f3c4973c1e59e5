import { gibToBytes } from '../../domain/backend/resource.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type FoundVolume } from '../contract.ts';
import { requireWritable } from './capacity.ts';
import { DELETING, lvName, namedBy, poolName, revertMarkAmong } from './names.ts';
import type { Found } from './programs.ts';
import type { LogicalVolume } from './report.ts';
import { activate, atPath, type LvmBackend, notThere, remove } from './volumes.ts';

export interface SnapshotNames {
  readonly own: string;
  readonly of: string;
}

export const namesOf = ({ group }: LvmBackend, { id, volume_id }: Snapshot): SnapshotNames => ({
  own: lvName(group, 'snapshot', id),
  of: lvName(group, 'volume', volume_id),
});

/** Whether it holds a snapshot's bytes: a thick one that has no origin is half made, or half deleted. */
export const isSnapshot = ({ isThin, origin }: LogicalVolume): boolean => isThin || origin !== null;

const MIB_BYTES = 1024n ** 2n;
/**
 * The kernel reads and merges a thick snapshot piece by piece, and a host that writes waits for the first copy of each:
 * LVM's 4 KiB make both many times slower.
 */
const PIECE = '64k';
/** LVM's own data in a thick snapshot: 16 bytes for each piece. */
const SHARE_OF_LVM = 4096n;

/**
 * A thick snapshot gets all the room that it can ever need. Cinder gives it the size of its volume, without room for
 * LVM's own data: once the whole volume is overwritten, such a snapshot is lost. LVM trims what is too much, and does
 * not take less, as it would for `-l 100%ORIGIN`.
 */
const roomFor = ({ sizeBytes }: LogicalVolume): string => `${(sizeBytes + sizeBytes / SHARE_OF_LVM) / MIB_BYTES + 2n}m`;

export const take = async (backend: LvmBackend, name: string, origin: LogicalVolume): Promise<void> => {
  const room = origin.isThin ? [] : ['-L', roomFor(origin), '-c', PIECE];
  const args = ['--yes', '-s', ...room, '-n', name, atPath(backend, origin.name)];
  await backend.programs.change(`create ${name}`, 'lvcreate', args);
};

export const createSnapshot = async (backend: LvmBackend, snapshot: Snapshot): Promise<void> => {
  const { own, of } = namesOf(backend, snapshot);
  const found = await backend.programs.look([own, of, poolName(backend.group)]);
  const [standing, origin] = [found(own), found(of)];
  if (standing !== undefined && isSnapshot(standing)) return;
  if (origin === undefined) throw notThere(backend, of);
  if (standing !== undefined) await remove(backend, standing);
  if (origin.isThin) requireWritable(backend.group, found(poolName(backend.group)));
  await take(backend, own, origin);
};

/** While a volume is being reverted to it, the volume may hold the snapshot's only bytes. */
export const findSnapshot = async (backend: LvmBackend, snapshot: Snapshot): Promise<FoundVolume | null> => {
  const { own, of } = namesOf(backend, snapshot);
  const found = await backend.programs.look([own, of]);
  const standing = found(own);
  if (standing !== undefined && (isSnapshot(standing) || standing.tags.includes(DELETING)))
    return { sizeBytes: sizeOf(snapshot, standing) };
  const mark = revertMarkAmong(found(of)?.tags ?? [], snapshot.id);
  return mark === undefined ? null : { sizeBytes: gibToBytes(snapshot.volume_size) };
};

/**
 * A thick one that a revert took anew, of a volume that had grown, is as large as the volume: the rest is none of its
 * bytes.
 */
export const sizeOf = ({ volume_size }: Snapshot, { sizeBytes, isThin }: LogicalVolume): bigint => {
  const taken = gibToBytes(volume_size);
  return isThin || sizeBytes < taken ? sizeBytes : taken;
};

export const deleteSnapshot = async (backend: LvmBackend, snapshot: Snapshot): Promise<void> => {
  const { own, of } = namesOf(backend, snapshot);
  const found = await backend.programs.look([own, of]);
  const [standing, origin] = [found(own), found(of)];
  if (standing !== undefined) await removeSnapshot(backend, standing, found);
  const mark = revertMarkAmong(origin?.tags ?? [], snapshot.id);
  if (mark !== undefined) await untag(backend, of, mark);
};

/** A percent is told with two digits. */
const PERCENT_STEP = 0.01;
const UNIT_BYTES = 4n * 1024n ** 2n;

/** What was written of a thick snapshot's space, which fills from its start; all of it where that may still grow. */
const usedBytes = (
  { storeBytes, isActive, dataPercent, isInvalid }: LogicalVolume,
  origin: LogicalVolume | undefined,
) => {
  if (!isActive || isInvalid || origin === undefined || origin.isOpen) return storeBytes;
  const share = BigInt(Math.ceil((dataPercent + PERCENT_STEP) * 100));
  return ((storeBytes * share) / 10_000n / UNIT_BYTES + 1n) * UNIT_BYTES;
};

/**
 * A thick snapshot keeps what was overwritten in its volume. It is split off before it is cleared, so that nothing is
 * added meanwhile, and marked before that, so that what is left of it is known for what it is.
 */
export const removeSnapshot = async (backend: LvmBackend, standing: LogicalVolume, found: Found): Promise<void> => {
  const { programs, options } = backend;
  const { name, isThin, origin } = standing;
  if (isThin || origin === null || options.volume_clear === 'none') return remove(backend, standing);
  if (namedBy(name)?.kind === 'snapshot' && !standing.tags.includes(DELETING)) await tag(backend, name, DELETING);
  await programs.change(`split off ${name}`, 'lvconvert', ['--yes', '--splitsnapshot', atPath(backend, name)]);
  await remove(backend, { ...standing, isOpen: false }, usedBytes(standing, found(origin)));
};

export const tag = ({ programs, group }: LvmBackend, name: string, text: string): Promise<void> =>
  programs.change(`mark ${name}`, 'lvchange', ['--addtag', text, `${group}/${name}`]);

export const untag = ({ programs, group }: LvmBackend, name: string, text: string): Promise<void> =>
  programs.change(`unmark ${name}`, 'lvchange', ['--deltag', text, `${group}/${name}`]);

/** A snapshot that a volume can be made of. */
export const readable = async (backend: LvmBackend, name: string, found: Found): Promise<LogicalVolume> => {
  const snapshot = found(name);
  if (snapshot === undefined || !isSnapshot(snapshot)) throw notThere(backend, name);
  if (snapshot.isInvalid) {
    throw new DriverFailure(
      `${atPath(backend, name)} ran out of space while its volume was written to, and its bytes are lost`,
      'delete it; Scoria makes thick snapshots as large as they can grow, Cinder and lvcreate -L do not',
    );
  }
  if (!snapshot.isThin && !snapshot.isActive) await activate(backend, name);
  return snapshot;
};

/** What must be there, or refused. */
export const required = (backend: LvmBackend, name: string, found: Found): LogicalVolume => {
  const volume = found(name);
  if (volume === undefined) throw notThere(backend, name);
  return volume;
};
