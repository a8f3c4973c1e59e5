import { z } from 'zod';
import { RBD_MAPPERS } from '../../rbd-mappers.ts';
import { commonOptions, path } from '../options.ts';

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));

export const rbdOptions = z.strictObject({
  rbd_cluster_name: z.string().min(1).default('ceph').describe('Name of the cluster'),
  rbd_ceph_conf: path().optional().describe("The cluster's configuration file; where Ceph looks for it unless given"),
  rbd_pool: z
    .string()
    .regex(/^[^/@-][^/@]*$/, { error: 'must be the name of a pool' })
    .default('rbd')
    .describe('Pool of the volumes'),
  rbd_namespace: z
    .string()
    .regex(/^[^/@-][^/@]*$/, { error: 'must be the name of a namespace' })
    .optional()
    .describe('Namespace in that pool, which a user can be confined to'),
  rbd_exclusive_cinder_pool: z
    .boolean()
    .default(true)
    .describe('Whether it is asked once a minute what the pool promises, or for each volume'),
  rbd_user: z.string().min(1).optional().describe('User of the cluster, without client.; only with cephx'),
  rbd_keyring_conf: path().optional().describe("The user's keyring file; where Ceph looks for it unless given"),
  rbd_secret_uuid: z
    .string()
    .min(1)
    .optional()
    .describe("libvirt's secret with the user's key; the cluster's fsid unless given"),
  rbd_flatten_volume_from_snapshot: z
    .boolean()
    .default(false)
    .describe('Whether a volume made from a snapshot is made independent of it'),
  rbd_max_clone_depth: z
    .int()
    .min(0)
    .default(5)
    .describe('Clones of clones before one is made independent of its source; 0: each'),
  rbd_store_chunk_size: z
    .int()
    .min(1)
    .max(32)
    .refine(isPowerOfTwo, { error: 'must be a power of two' })
    .default(4)
    .describe('MiB of a volume in one object'),
  rados_connect_timeout: z.int().min(-1).default(-1).describe('Seconds to wait for the cluster; -1: 15'),
  rados_connection_retries: z.int().min(1).default(3).describe('How often connecting to the cluster is tried'),
  rados_connection_interval: z.int().min(0).default(5).describe('Seconds between two tries'),
  enable_deferred_deletion: z
    .boolean()
    .default(false)
    .describe('Whether a deleted volume is moved to the trash of the pool, and its bytes removed later'),
  deferred_deletion_delay: z.int().min(0).default(0).describe('Seconds that it stays there at least'),
  deferred_deletion_purge_interval: z
    .int()
    .min(1)
    .default(60)
    .describe('Seconds between two deletions that empty the trash of what was there long enough'),
  report_dynamic_total_capacity: z
    .boolean()
    .default(true)
    .describe('Whether the capacity is what is used and free, and not the quota or the size of the cluster'),
  rbd_mapper: z.enum(RBD_MAPPERS).optional().describe('How a host maps volumes; by what it has unless given'),
  ...commonOptions,
});

export type RbdOptions = z.output<typeof rbdOptions>;
