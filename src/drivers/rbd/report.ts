import { z } from 'zod';

const Bytes = z.int().nonnegative();

/** A snapshot that an image is a clone of. */
const ParentSchema = z.object({
  pool: z.string(),
  pool_namespace: z.string().default(''),
  image: z.string(),
  snapshot: z.string(),
});
export type Parent = z.infer<typeof ParentSchema>;

/** `rbd info`: of a snapshot, the size that it keeps. */
export const InfoSchema = z
  .object({ size: Bytes, parent: ParentSchema.optional() })
  .transform(({ size, parent }) => ({ sizeBytes: BigInt(size), parent: parent ?? null }));
export type Info = z.infer<typeof InfoSchema>;

/** `rbd snap ls --all`: in other namespaces than `user` are those that only clones still need. */
export const SnapshotsSchema = z.array(
  z.object({ name: z.string(), namespace: z.object({ type: z.string() }).optional() }),
);

export const StatusSchema = z.object({ watchers: z.array(z.object({ address: z.string() })) });

/** `rbd ls --long`: a line of an image, or of a snapshot of one. */
export const LinesSchema = z.array(
  z.object({
    image: z.string(),
    snapshot: z.string().optional(),
    size: Bytes,
    parent: ParentSchema.optional(),
    lock_type: z.string().optional(),
  }),
);
export type Line = z.infer<typeof LinesSchema>[number];

export const NamesSchema = z.array(z.string());

/** `rbd trash ls --long`, whose times are for people. */
export const TrashSchema = z.array(
  z.object({ id: z.string(), name: z.string(), status: z.string(), parent: ParentSchema.optional() }),
);

/** `ceph health`: what the cluster itself complains of. */
export const HealthSchema = z.object({
  checks: z.record(z.string(), z.object({ summary: z.object({ message: z.string() }) })),
});

export const UsageSchema = z.object({
  stats: z.object({ total_bytes: Bytes }),
  pools: z.array(z.object({ name: z.string(), stats: z.object({ stored: Bytes, max_avail: Bytes }) })),
});
export const QuotaSchema = z.object({ quota_max_bytes: Bytes });
export const PoolStatsSchema = z.object({ images: z.object({ provisioned_bytes: Bytes }) });

/** `ceph mon dump`, with the addresses of each protocol that a monitor speaks. */
export const MonitorsSchema = z.object({
  fsid: z.string(),
  mons: z.array(
    z.object({ public_addrs: z.object({ addrvec: z.array(z.object({ type: z.string(), addr: z.string() })) }) }),
  ),
});
