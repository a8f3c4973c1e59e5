import { gibToBytes } from '../../domain/backend/resource.ts';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type Volume } from '../contract.ts';
import { cleanedUp } from '../halfway.ts';
import { requireRoom } from './capacity.ts';
import { devicePath, lvName } from './names.ts';
import type { Found } from './programs.ts';
import type { LogicalVolume } from './report.ts';
import { namesOf, readable, removeSnapshot, required, sizeOf, take } from './snapshots.ts';
import { atPath, grow, type LvmBackend, make, remove, rename, requireSize } from './volumes.ts';

/**
 * A copy is filled under a name of its own, and gets the volume's when it is complete. A thick volume is copied from a
 * snapshot of a moment, because it may be written to meanwhile.
 */
interface CopyNames {
  readonly volume: string;
  readonly filling: string;
  readonly source: string;
}

const copyNames = ({ group }: LvmBackend, id: string): CopyNames => ({
  volume: lvName(group, 'volume', id),
  filling: lvName(group, 'copy', id),
  source: lvName(group, 'source', id),
});

export const cloneVolume = async (backend: LvmBackend, volume: Volume, of: Volume): Promise<void> => {
  const names = copyNames(backend, volume.id);
  const original = lvName(backend.group, 'volume', of.id);
  const found = await begun(backend, names, [original], volume.size);
  if (found === null) return;
  const source = required(backend, original, found);
  requireFits(backend, source, volume.size);
  if (source.isThin) return thinCopy(backend, names, source, volume.size);
  await take(backend, names.source, source);
  await orNothing(backend, names, [original], async () => {
    await fill(backend, names, names.source, source.sizeBytes, volume.size);
    const copied = await backend.programs.look([names.source, original]);
    await removeSnapshot(backend, required(backend, names.source, copied), copied);
    await rename(backend, names.filling, names.volume);
  });
};

export const volumeFromSnapshot = async (backend: LvmBackend, volume: Volume, snapshot: Snapshot): Promise<void> => {
  const names = copyNames(backend, volume.id);
  const { own } = namesOf(backend, snapshot);
  const found = await begun(backend, names, [own], volume.size);
  if (found === null) return;
  const snapshotLv = await readable(backend, own, found);
  const source = { ...snapshotLv, sizeBytes: sizeOf(snapshot, snapshotLv) };
  requireFits(backend, source, volume.size);
  if (source.isThin) return thinCopy(backend, names, source, volume.size);
  await orNothing(backend, names, [], async () => {
    await fill(backend, names, own, source.sizeBytes, volume.size);
    await rename(backend, names.filling, names.volume);
  });
};

/** Removes what a call left that did not end. `null`: the volume is there, complete. */
const begun = async (
  backend: LvmBackend,
  names: CopyNames,
  sources: readonly string[],
  sizeGiB: number,
): Promise<Found | null> => {
  const found = await backend.programs.look([names.volume, names.filling, names.source, ...sources]);
  await removeLeftovers(backend, names, found);
  const standing = found(names.volume);
  if (standing !== undefined) requireSize(backend, standing, sizeGiB);
  return standing === undefined ? found : null;
};

const removeLeftovers = async (backend: LvmBackend, { filling, source }: CopyNames, found: Found): Promise<void> => {
  const [half, snapshot] = [found(filling), found(source)];
  if (half !== undefined) await remove(backend, half);
  if (snapshot !== undefined) await removeSnapshot(backend, snapshot, found);
};

const requireFits = (backend: LvmBackend, { name, sizeBytes }: LogicalVolume, sizeGiB: number): void => {
  if (sizeBytes <= gibToBytes(sizeGiB)) return;
  throw new DriverFailure(`${atPath(backend, name)} is larger than ${sizeGiB} GiB`, 'ask for more GiB');
};

/** A thin snapshot is a volume of its own, and active like one with `-kn`: done in one step unless it is to be larger. */
const thinCopy = async (
  backend: LvmBackend,
  names: CopyNames,
  source: LogicalVolume,
  sizeGiB: number,
): Promise<void> => {
  const { programs, group, options } = backend;
  requireRoom(group, await programs.report(), gibToBytes(sizeGiB), options);
  const copyAs = (name: string) =>
    programs.change(`create ${name}`, 'lvcreate', ['--yes', '-s', '-kn', '-n', name, atPath(backend, source.name)]);
  if (source.sizeBytes === gibToBytes(sizeGiB)) return copyAs(names.volume);
  await copyAs(names.filling);
  await orNothing(backend, names, [], async () => {
    await grow(backend, names.filling, sizeGiB);
    await rename(backend, names.filling, names.volume);
  });
};

const fill = async (
  backend: LvmBackend,
  { filling }: CopyNames,
  source: string,
  bytes: bigint,
  sizeGiB: number,
): Promise<void> => {
  const { group, programs, options, isThin } = backend;
  if (isThin) requireRoom(group, await programs.report(), gibToBytes(sizeGiB), options);
  await make(backend, filling, sizeGiB);
  const [from, to] = [devicePath(group, source), devicePath(group, filling)];
  await backend.blocks.copy(from, to, bytes, { isZeroed: isThin });
};

const orNothing = (
  backend: LvmBackend,
  names: CopyNames,
  sources: readonly string[],
  work: () => Promise<void>,
): Promise<void> =>
  cleanedUp(work, async () => {
    const found = await backend.programs.look([names.filling, names.source, ...sources]);
    await removeLeftovers({ ...backend, blocks: backend.blocks.unstoppable() }, names, found);
  });
