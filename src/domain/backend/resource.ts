import { z } from 'zod';
import { type Rejection, rejections } from '../errors.ts';
import { Text } from '../json.ts';

/** `leftover`: something half made that nobody goes on with. */
export const RESOURCE_KINDS = ['volume', 'snapshot', 'export', 'connection', 'leftover'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Something that an array has, whoever made it. After Cinder's manageable volumes and snapshots. */
export const ArrayResourceSchema = z.strictObject({
  kind: z.enum(RESOURCE_KINDS),
  /** Its name on the array, which no other resource of the backend has (Cinder's `source-name`). */
  reference: Text.min(1),
  /** The id of ours that the name tells (Cinder's `cinder_id`); an export has none and goes by its volume. */
  id: Text.nullable(),
  /** The id of the volume that a snapshot, an export, a connection or a leftover is of, where that is told. */
  volume_id: Text.nullable(),
  /** `null` for what has no size, such as an export. */
  sizeBytes: z.bigint().nonnegative().nullable(),
  /** As the model update of its creation would have said: it is ours by that too. */
  provider_location: Text.nullable(),
  /** Why it cannot be adopted (Cinder's `reason_not_safe`); `null` when it can, as far as is known. */
  reason_not_safe: Text.nullable(),
});
export type ArrayResource = Readonly<z.infer<typeof ArrayResourceSchema>>;

/** A resource as events hold it. */
export const RecordedResourceSchema = z.strictObject({
  kind: z.enum(RESOURCE_KINDS),
  reference: Text.min(1),
  id: Text.nullable(),
  volume_id: Text.nullable(),
  /** Decimal: arrays count further than numbers do. */
  size_bytes: Text.nullable(),
});
export type RecordedResource = z.infer<typeof RecordedResourceSchema>;

export const recordedResource = ({ kind, reference, id, volume_id, sizeBytes }: ArrayResource): RecordedResource => ({
  kind,
  reference,
  id,
  volume_id,
  size_bytes: sizeBytes === null ? null : String(sizeBytes),
});

const GIB_BYTES = 1024n ** 3n;

export const gibToBytes = (sizeGiB: number): bigint => BigInt(sizeGiB) * GIB_BYTES;

/** The whole GiB that so many bytes take: rounded up, as Cinder's manage_existing_get_size does. */
export const wholeGiB = (sizeBytes: bigint): number => Number((sizeBytes + GIB_BYTES - 1n) / GIB_BYTES);

export const resourceNotFound = (backend: string, reference: string): Rejection =>
  rejections.ResourceNotFound(
    `backend "${backend}" has nothing named ${JSON.stringify(reference)}`,
    `\`scoria backend reconcile ${backend}\` shows what it has and the record does not`,
    { backend, reference },
  );

export const knownToRecord = (reference: string, owner: string): Rejection =>
  rejections.KnownToRecord(
    `${reference} is known to the record, as ${owner}`,
    'use the commands for what is on the record',
    { reference, owner },
  );

export const resourceBusy = (reference: string, by: string): Rejection =>
  rejections.ResourceBusy(`${by} works on ${reference}`, 'try again when that operation has ended', { reference, by });
