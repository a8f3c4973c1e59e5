import { access } from 'node:fs/promises';
import { gibToBytes } from '../../domain/backend/resource.ts';
import type { Volume } from '../contract.ts';
import { DriverFailure } from '../contract.ts';
import { halfway } from '../halfway.ts';
import type { Blocks } from './blocks.ts';
import { requireRoom } from './capacity.ts';
import { said } from './failures.ts';
import { inUse } from './holders.ts';
import { devicePath, lvName, poolName } from './names.ts';
import type { LvmOptions } from './options.ts';
import type { Programs } from './programs.ts';
import type { LogicalVolume } from './report.ts';

/** What the parts of the driver share. */
export interface LvmBackend {
  readonly group: string;
  readonly options: LvmOptions;
  readonly programs: Programs;
  readonly blocks: Blocks;
  /** Whether new volumes are thin; known once the backend is set up. */
  readonly isThin: boolean;
}

const MIB_BYTES = 1024n ** 2n;

export const atPath = ({ group }: LvmBackend, name: string): string => `${group}/${name}`;

export const notThere = ({ group }: LvmBackend, name: string): DriverFailure =>
  new DriverFailure(`${group}/${name} is not there`, `see with lvs ${group} what is, and what removed or renamed it`);

export const requireSize = (backend: LvmBackend, { name, sizeBytes }: LogicalVolume, sizeGiB: number): void => {
  if (sizeBytes === gibToBytes(sizeGiB)) return;
  const remedy = 'remove or rename that volume first';
  throw new DriverFailure(`${atPath(backend, name)} is there already, with ${sizeBytes} bytes`, remedy);
};

export const requireClosed = async ({ group }: LvmBackend, volume: LogicalVolume): Promise<void> => {
  if (volume.isOpen) throw await inUse(devicePath(group, volume.name));
};

/** `-K` also what LVM leaves alone at boot, as thin snapshots are. */
export const activate = async (backend: LvmBackend, name: string): Promise<string> => {
  await backend.programs.change(`activate ${name}`, 'lvchange', ['-ay', '-K', '--yes', atPath(backend, name)]);
  return devicePath(backend.group, name);
};

/** The device of a volume that is there. udev takes its link away when it is not active. */
export const activated = async (backend: LvmBackend, id: string): Promise<string> => {
  const name = lvName(backend.group, 'volume', id);
  const device = devicePath(backend.group, name);
  const isActive = await access(device).then(
    () => true,
    () => false,
  );
  return isActive ? device : activate(backend, name);
};

/** A new and empty volume under a name that nothing has. */
export const make = (backend: LvmBackend, name: string, sizeGiB: number): Promise<void> => {
  const { group, options, isThin, programs } = backend;
  const args = isThin
    ? ['--yes', '-Wn', '-T', '-V', `${sizeGiB}g`, '-n', name, `${group}/${poolName(group)}`]
    : ['--yes', '-Wy', '-Zy', '-L', `${sizeGiB}g`, '-n', name, ...mirrorArguments(options.lvm_mirrors), group];
  return programs.change(`create ${name}`, 'lvcreate', args);
};

/** RAID 1: what Cinder asks for, `--type=mirror --mirrorlog mirrored`, LVM 2.03 no longer makes. */
const mirrorArguments = (mirrors: number): readonly string[] =>
  mirrors === 0 ? [] : ['--type=raid1', '-m', String(mirrors), '--nosync'];

export const createVolume = async (backend: LvmBackend, { id, size }: Volume): Promise<void> => {
  const name = lvName(backend.group, 'volume', id);
  if (backend.isThin) {
    const report = await backend.programs.report();
    const standing = report.volumes.find((one) => one.name === name);
    if (standing !== undefined) return requireSize(backend, standing, size);
    requireRoom(backend.group, report, gibToBytes(size), backend.options);
  }
  try {
    await make(backend, name, size);
  } catch (error) {
    const standing = said((error as Error).cause, /already exists/)
      ? (await backend.programs.look([name]))(name)
      : undefined;
    if (standing === undefined) throw error;
    requireSize(backend, standing, size);
  }
};

export const rename = ({ group, programs }: LvmBackend, from: string, to: string): Promise<void> =>
  programs.change(`rename ${from}`, 'lvrename', [group, from, to]);

export const grow = (backend: LvmBackend, name: string, sizeGiB: number): Promise<void> =>
  backend.programs.change(`extend ${name}`, 'lvextend', ['-L', `${sizeGiB}g`, atPath(backend, name)]);

/** Removes one that nothing was made of, cleared before by policy where its bytes would come to light elsewhere. */
export const remove = async (
  backend: LvmBackend,
  volume: LogicalVolume,
  usedBytes: bigint = volume.storeBytes,
): Promise<void> => {
  const { group, programs, blocks, options } = backend;
  await requireClosed(backend, volume);
  const args = ['-f', atPath(backend, volume.name)];
  const removal = () => programs.change(`remove ${volume.name}`, 'lvremove', args);
  if (volume.isThin || options.volume_clear === 'none') return removal();
  if (!volume.isActive) await activate(backend, volume.name);
  const limit = BigInt(options.volume_clear_size) * MIB_BYTES || volume.storeBytes;
  await blocks.wipe(devicePath(group, volume.name), [usedBytes, limit, volume.storeBytes].reduce(smaller));
  await halfway(removal);
};

const smaller = (one: bigint, other: bigint): bigint => (other < one ? other : one);
