import { z } from 'zod';
import type { BackendStats, PoolStats } from '../../domain/backend/backend.ts';

const GIB_BYTES = 1024 ** 3;

/** Cinder's `infinite` and `unknown`, as far as a number goes. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

const Gigabytes = z.union([z.number(), z.string()]).nullish();
const Flag = z.unknown().optional();
const isTrue = (flag: unknown): boolean => flag === true || flag === 'True' || flag === '<is> True';

const CinderPool = z.looseObject({
  pool_name: z.string().optional(),
  total_capacity_gb: Gigabytes,
  free_capacity_gb: Gigabytes,
  provisioned_capacity_gb: Gigabytes,
  reserved_percentage: z.coerce.number().nullish(),
  max_over_subscription_ratio: z.union([z.number(), z.string()]).nullish(),
  thin_provisioning_support: Flag,
  multiattach: Flag,
});
const CinderStats = CinderPool.extend({
  vendor_name: z.string().nullish(),
  driver_version: z.union([z.string(), z.number()]).nullish(),
  storage_protocol: z.union([z.string(), z.array(z.string())]).nullish(),
  pools: z.array(CinderPool).nullish(),
});
type Pool = z.output<typeof CinderPool>;

const bytesOf = (gigabytes: Pool['total_capacity_gb'], otherwise: number): number => {
  const count = gigabytes === null || gigabytes === undefined ? Number.NaN : Number(gigabytes);
  if (gigabytes === 'infinite' || gigabytes === 'unknown') return ENDLESS;
  return Number.isFinite(count) ? Math.min(Math.max(Math.round(count * GIB_BYTES), 0), ENDLESS) : otherwise;
};

/** `auto` is Cinder's name for a ratio that follows use; 20 is its beginning. */
const ratioOf = (ratio: Pool['max_over_subscription_ratio']): string =>
  /^\d+(\.\d+)?$/.test(String(ratio)) ? String(ratio) : '20.0';

const poolOf = (pool: Pool, pool_name: string): PoolStats => {
  const total = bytesOf(pool.total_capacity_gb, 0);
  const free = Math.min(bytesOf(pool.free_capacity_gb, 0), total);
  return {
    pool_name,
    total_capacity_bytes: total,
    free_capacity_bytes: free,
    provisioned_capacity_bytes: bytesOf(pool.provisioned_capacity_gb, total - free),
    reserved_percentage: Math.min(Math.max(Math.round(pool.reserved_percentage ?? 0), 0), 100),
    max_over_subscription_ratio: ratioOf(pool.max_over_subscription_ratio),
    thin_provisioning_support: isTrue(pool.thin_provisioning_support),
    thick_provisioning_support: !isTrue(pool.thin_provisioning_support),
    multiattach: isTrue(pool.multiattach),
  };
};

/** What a driver of Cinder reports, with or without pools. */
export interface Reported {
  /** In Scoria's units. */
  readonly stats: BackendStats;
  /** Cinder takes it that a connected volume may grow unless a driver says that it may not. */
  readonly growsConnected: boolean;
}

export const reportedBy = (answer: unknown, backendName: string): Reported => ({
  stats: statsOf(answer, backendName),
  growsConnected: growsConnected(answer),
});

const statsOf = (answer: unknown, backendName: string): BackendStats => {
  const parsed = CinderStats.safeParse(answer);
  if (!parsed.success) throw new Error(`the driver reports stats that are none: ${z.prettifyError(parsed.error)}`);
  const { pools, vendor_name, driver_version, storage_protocol, ...whole } = parsed.data;
  const protocol = Array.isArray(storage_protocol) ? storage_protocol[0] : storage_protocol;
  return {
    volume_backend_name: backendName,
    vendor_name: vendor_name || 'unknown',
    driver_version: String(driver_version ?? 'unknown'),
    storage_protocol: protocol ?? 'unknown',
    pools: (pools ?? [whole]).map((pool) => poolOf({ ...whole, ...pool }, pool.pool_name ?? backendName)),
  };
};

const growsConnected = (answer: unknown): boolean => {
  const { online_extend_support, pools } = answer as {
    readonly online_extend_support?: unknown;
    readonly pools?: readonly { readonly online_extend_support?: unknown }[] | null;
  };
  return ![online_extend_support, ...(pools ?? []).map((pool) => pool.online_extend_support)].includes(false);
};
