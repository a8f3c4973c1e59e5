import { z } from 'zod';
import { eventsOf, NO_OPEN_WORK, type OpenWork, openWorkShape } from '../aggregate.ts';
import { JsonObjectSchema, Text } from '../json.ts';
import { HostNamesSchema } from './hosts.ts';

export const backendStream = (name: string): string => `backend-${name}`;

export const BackendName = Text.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/, {
  error: 'must start with a letter or digit and hold only letters, digits, "_", "." and "-" (255 at most)',
});

/** The optional abilities of a driver (`drivers/contract.ts`). */
export const CAPABILITIES = [
  'clone',
  'extend',
  'extend_online',
  'freeze',
  'manage',
  'multiattach',
  'resources',
  'revert',
  'snapshots',
] as const;
export const CapabilitySchema = z.enum(CAPABILITIES);
export type Capability = z.infer<typeof CapabilitySchema>;

const Decimal = Text.regex(/^\d+(\.\d+)?$/, { error: 'must be a decimal number in a string, such as "20.0"' });
const Bytes = z.int().nonnegative();

/** Cinder's pool stats; capacities in bytes, ratios as decimal strings. */
export const PoolStatsSchema = z.strictObject({
  pool_name: Text,
  total_capacity_bytes: Bytes,
  free_capacity_bytes: Bytes,
  /** The sum of the sizes of the volumes, whether or not their bytes are written. */
  provisioned_capacity_bytes: Bytes,
  reserved_percentage: z.int().min(0).max(100),
  max_over_subscription_ratio: Decimal,
  thin_provisioning_support: z.boolean(),
  thick_provisioning_support: z.boolean(),
  multiattach: z.boolean(),
});
export type PoolStats = z.infer<typeof PoolStatsSchema>;

export const BackendStatsSchema = z.strictObject({
  volume_backend_name: Text,
  vendor_name: Text,
  driver_version: Text,
  /** Cinder's storage_protocol: `file`, `iSCSI`, `ceph`, ... */
  storage_protocol: Text,
  pools: z.array(PoolStatsSchema).readonly(),
});
export type BackendStats = z.infer<typeof BackendStatsSchema>;

export const BackendSchema = z.strictObject({
  name: BackendName,
  driver: Text,
  /**
   * The driver's options as given; a credential is a reference, never its value. `null` when they are not known: the
   * backend came from a dump without configuration.
   */
  options: JsonObjectSchema.nullable(),
  capabilities: z.array(CapabilitySchema).readonly(),
  /** The hosts that may execute for it; any, where none is named. */
  hosts: HostNamesSchema.exactOptional(),
  /** `error` where it is not known whether it came into use. */
  status: z.enum(['adding', 'available', 'changing', 'removing', 'error']),
  /** Commands that change the array are refused from `freezing` until `thawed`. */
  frozen: z.enum(['thawed', 'freezing', 'frozen', 'thawing']),
  stats: BackendStatsSchema.nullable(),
  stats_at: Text.nullable(),
  created_at: Text,
});
export type Backend = z.infer<typeof BackendSchema>;

export interface BackendState extends OpenWork {
  /** `null` before it is added and after it is removed. */
  readonly backend: Backend | null;
}
export const BackendStateSchema: z.ZodType<BackendState> = z.strictObject({
  ...openWorkShape,
  backend: BackendSchema.nullable(),
});
export const NO_BACKEND: BackendState = { ...NO_OPEN_WORK, backend: null };

export const backendEvents = eventsOf<BackendState>();

export const withBackend = (state: BackendState, change: Partial<Backend>): BackendState =>
  state.backend === null ? state : { ...state, backend: { ...state.backend, ...change } };

const GIB = 1024 ** 3;

/** Counts in whole numbers: a fraction that binary cannot hold would round a size away. */
const promisableGiB = (pool: PoolStats): number => {
  const [whole = '', fraction = ''] = (pool.thin_provisioning_support ? pool.max_over_subscription_ratio : '1').split(
    '.',
  );
  const usableBytePercents = BigInt(pool.total_capacity_bytes) * BigInt(100 - pool.reserved_percentage);
  return Number(
    (usableBytePercents * BigInt(whole + fraction)) / (100n * 10n ** BigInt(fraction.length) * BigInt(GIB)),
  );
};

/** The stats in Cinder's own units and names (`total_capacity_gb`, ...), for people and for scripts made for Cinder. */
export const toCinderStats = (stats: BackendStats): Record<string, unknown> => ({
  ...stats,
  pools: stats.pools.map(
    ({
      total_capacity_bytes,
      free_capacity_bytes,
      provisioned_capacity_bytes,
      max_over_subscription_ratio,
      ...pool
    }) => ({
      ...pool,
      total_capacity_gb: total_capacity_bytes / GIB,
      free_capacity_gb: free_capacity_bytes / GIB,
      provisioned_capacity_gb: provisioned_capacity_bytes / GIB,
      max_over_subscription_ratio: Number(max_over_subscription_ratio),
    }),
  ),
});

/** The largest volume, in GiB, that a backend's pools could ever hold; `null` when its stats are not known. */
export const largestVolumeGiB = (backend: Backend): number | null => {
  if (backend.stats === null) return null;
  return backend.stats.pools
    .map(promisableGiB)
    .reduce<number | null>((largest, size) => (largest === null || size > largest ? size : largest), null);
};
