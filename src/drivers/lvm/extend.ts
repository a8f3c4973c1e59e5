import { gibToBytes } from '../../domain/backend/resource.ts';
import { DriverFailure, type Volume } from '../contract.ts';
import { halfway } from '../halfway.ts';
import { requireRoom } from './capacity.ts';
import { devicePath, lvName } from './names.ts';
import type { LogicalVolume } from './report.ts';
import { required } from './snapshots.ts';
import { activate, atPath, grow, type LvmBackend } from './volumes.ts';

/** Answers whether somebody has the volume open, who must be told. */
export const extendVolume = async (backend: LvmBackend, { id }: Volume, sizeGiB: number): Promise<boolean> => {
  const { group, programs, options } = backend;
  const name = lvName(group, 'volume', id);
  const found = await programs.look([name], { snapshotsOf: name });
  const volume = required(backend, name, found);
  const moreBytes = gibToBytes(sizeGiB) - volume.sizeBytes;
  if (moreBytes < 0n) {
    throw new DriverFailure(`${atPath(backend, name)} is larger than ${sizeGiB} GiB already`, 'ask for more GiB');
  }
  if (moreBytes === 0n) return volume.isOpen;
  if (volume.isThin) {
    requireRoom(group, await programs.report(), moreBytes, options);
    await grow(backend, name, sizeGiB);
  } else {
    await growThick(
      backend,
      volume,
      found.all.some(({ origin }) => origin === name),
      sizeGiB,
    );
  }
  return volume.isOpen;
};

/** LVM extends a thick volume that has snapshots only while it is not active, so that nobody may have it open. */
const growThick = async (
  backend: LvmBackend,
  { name, isOpen }: LogicalVolume,
  hasSnapshots: boolean,
  sizeGiB: number,
): Promise<void> => {
  if (!hasSnapshots) return grow(backend, name, sizeGiB);
  if (isOpen) {
    throw new DriverFailure(
      `${devicePath(backend.group, name)} has thick snapshots and is in use, and LVM extends such a volume only while it is not`,
      'detach it first, or delete its snapshots; thin volumes have no such limit',
    );
  }
  await backend.programs.change(`deactivate ${name}`, 'lvchange', ['-an', '--yes', atPath(backend, name)]);
  try {
    await grow(backend, name, sizeGiB);
  } finally {
    await halfway(() => activate(backend, name));
  }
};
