import type { BackendStats } from '../../domain/backend/backend.ts';
import { DriverFailure } from '../contract.ts';
import { poolName } from './names.ts';
import type { LvmOptions } from './options.ts';
import type { GroupReport, LogicalVolume } from './report.ts';

/** A pool that is written to this far is warned of: without room, writes to all its volumes fail. */
const NEARLY_FULL_PERCENT = 90;
const FULL_PERCENT = 100;
const GIB_BYTES = 1024 ** 3;

const gib = (bytes: number): string => (bytes / GIB_BYTES).toFixed(1);

export const isNearlyFull = ({ dataPercent, metadataPercent }: LogicalVolume): boolean =>
  Math.max(dataPercent, metadataPercent) >= NEARLY_FULL_PERCENT;

/** A pool without room takes new volumes, of which not one byte can be written. */
export const requireWritable = (group: string, pool: LogicalVolume | undefined): void => {
  if (pool === undefined) {
    throw new DriverFailure(
      `the thin pool ${group}/${poolName(group)} is gone`,
      'see what removed it; without it the bytes of its volumes are lost',
    );
  }
  const { dataPercent, metadataPercent } = pool;
  if (Math.max(dataPercent, metadataPercent) < FULL_PERCENT) return;
  throw new DriverFailure(
    `the thin pool ${group}/${pool.name} is full: ${dataPercent}% of its data and ${metadataPercent}% of its metadata`,
    `extend the pool (lvextend ${group}/${pool.name}), or delete volumes and snapshots`,
  );
};

const provisionedBytes = ({ volumes }: GroupReport): number =>
  volumes.filter(({ isThin }) => isThin).reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0);

/** Refuses what the pool could not hold even at the ratio that the operator allows. */
export const requireRoom = (group: string, report: GroupReport, moreBytes: bigint, options: LvmOptions): void => {
  const pool = report.volumes.find(({ name }) => name === poolName(group));
  requireWritable(group, pool);
  const usableBytes = Number(pool?.sizeBytes) * (1 - options.reserved_percentage / 100);
  const promisableBytes = usableBytes * Number(options.max_over_subscription_ratio);
  const provisioned = provisionedBytes(report);
  if (provisioned + Number(moreBytes) <= promisableBytes) return;
  throw new DriverFailure(
    `the thin pool of ${group} has no room for ${gib(Number(moreBytes))} GiB more: ${gib(provisioned)} of the ` +
      `${gib(promisableBytes)} GiB that may be promised are taken`,
    'delete volumes or snapshots, extend the pool, or raise max_over_subscription_ratio',
  );
};

interface Capacity {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly provisionedBytes: number;
}

const thinCapacity = (report: GroupReport, pool: LogicalVolume | undefined): Capacity => {
  const totalBytes = Number(pool?.sizeBytes ?? 0);
  const freeBytes = Math.round(totalBytes * (1 - (pool?.dataPercent ?? FULL_PERCENT) / 100));
  return { totalBytes, freeBytes, provisionedBytes: provisionedBytes(report) };
};

/** Each copy of a mirrored volume takes its size. */
const thickCapacity = ({ group }: GroupReport, mirrors: number): Capacity => {
  const [totalBytes, freeBytes] = [group.sizeBytes, group.freeBytes].map((bytes) =>
    Math.floor(Number(bytes) / (mirrors + 1)),
  ) as [number, number];
  return { totalBytes, freeBytes, provisionedBytes: totalBytes - freeBytes };
};

const counted = (bytes: number): number => Math.min(bytes, Number.MAX_SAFE_INTEGER);

export const statsOf = (
  report: GroupReport,
  backendName: string,
  storage_protocol: string,
  isThin: boolean,
  options: LvmOptions,
): BackendStats => {
  const pool = report.volumes.find(({ name }) => name === poolName(options.volume_group));
  const capacity = isThin ? thinCapacity(report, pool) : thickCapacity(report, options.lvm_mirrors);
  return {
    volume_backend_name: backendName,
    vendor_name: 'Scoria',
    driver_version: '1.0.0',
    storage_protocol,
    pools: [
      {
        pool_name: backendName,
        total_capacity_bytes: counted(capacity.totalBytes),
        free_capacity_bytes: counted(capacity.freeBytes),
        provisioned_capacity_bytes: counted(capacity.provisionedBytes),
        reserved_percentage: options.reserved_percentage,
        max_over_subscription_ratio: options.max_over_subscription_ratio,
        thin_provisioning_support: isThin,
        thick_provisioning_support: !isThin,
        multiattach: true,
      },
    ],
  };
};
