import type { Logger } from '../../logging.ts';
import { DriverFailure } from '../contract.ts';
import { isNearlyFull } from './capacity.ts';
import { said } from './failures.ts';
import { poolName } from './names.ts';
import type { LvmOptions } from './options.ts';
import type { Programs } from './programs.ts';
import type { GroupReport, LogicalVolume, VolumeGroup } from './report.ts';

const GIB_BYTES = 1024 ** 3;
/** What Cinder leaves of the group for the metadata of what is in it. */
const POOL_SHARE = 0.95;

/** Brings the group into use, and answers whether its new volumes are thin. */
export const setUpGroup = async (
  programs: Programs,
  options: LvmOptions,
  log: Logger,
): Promise<{ readonly isThin: boolean }> => {
  const report = await programs.report();
  requireUsable(options, report.group);
  const pool = poolIn(options.volume_group, report);
  if (!wantsThin(options, report, pool)) return { isThin: false };
  if (pool === undefined) await makePool(programs, report.group);
  else await usePool(programs, pool, log);
  return { isThin: true };
};

const requireUsable = ({ volume_group: name, lvm_mirrors }: LvmOptions, group: VolumeGroup): void => {
  const refuse = (is: boolean, what: string, remedy: string) => {
    if (is) throw new DriverFailure(`the volume group ${name} ${what}`, remedy);
  };
  refuse(group.isExported, 'is exported', `bring it in with: vgimport ${name}`);
  refuse(group.isReadOnly, 'is read-only', 'see why its metadata says so: vgcfgbackup shows it, vgcfgrestore mends it');
  refuse(group.isShared, 'is shared by several hosts', 'use a group of one host: what others change goes unseen here');
  refuse(
    group.missingDisks > 0,
    `misses ${group.missingDisks} of its physical volumes`,
    `attach them again, or give them up: vgreduce --removemissing ${name}`,
  );
  refuse(
    group.disks <= lvm_mirrors,
    `has ${group.disks} physical volumes, and lvm_mirrors: ${lvm_mirrors} needs ${lvm_mirrors + 1}`,
    `add a disk: vgextend ${name} DEVICE, or lower lvm_mirrors`,
  );
};

const poolIn = (group: string, { volumes }: GroupReport): LogicalVolume | undefined => {
  const pool = volumes.find(({ name }) => name === poolName(group));
  if (pool === undefined || pool.isPool) return pool;
  throw new DriverFailure(`${group}/${pool.name} is no thin pool`, 'rename that volume: the pool has this name');
};

/** Cinder's rule for auto. Mirrors are thick. */
const wantsThin = (
  { lvm_type, lvm_mirrors }: LvmOptions,
  { volumes }: GroupReport,
  pool: LogicalVolume | undefined,
): boolean => {
  if (lvm_type !== 'auto') return lvm_type === 'thin';
  return lvm_mirrors === 0 && (pool !== undefined || volumes.length === 0);
};

/** Counted as Cinder does, from GiB with two digits. */
const makePool = async (programs: Programs, { freeBytes }: VolumeGroup): Promise<void> => {
  const sizeGiB = Number((Number(freeBytes) / GIB_BYTES).toFixed(2)) * POOL_SHARE;
  const name = poolName(programs.group);
  try {
    await programs.change(`create ${name}`, 'lvcreate', [
      '-T',
      '-L',
      `${sizeGiB.toFixed(4)}g`,
      `${programs.group}/${name}`,
    ]);
  } catch (error) {
    // Another process that came into use at the same time has made it.
    if (!said((error as Error).cause, /already exists/)) throw error;
  }
};

const usePool = async (programs: Programs, pool: LogicalVolume, log: Logger): Promise<void> => {
  const path = `${programs.group}/${pool.name}`;
  if (!pool.isActive) await programs.change(`activate ${pool.name}`, 'lvchange', ['-ay', '-K', '--yes', path]);
  warnOfPool(pool, programs.group, log);
};

export const warnOfPool = (pool: LogicalVolume | undefined, group: string, log: Logger): void => {
  if (pool !== undefined && isNearlyFull(pool)) {
    log.warn({ path: `${group}/${pool.name}` }, 'The thin pool is nearly full: once it is, writes to its volumes fail');
  }
};
