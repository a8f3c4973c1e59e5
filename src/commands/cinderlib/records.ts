import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';

/*
 * What cinderlib keeps, as any of its sources tells it: Cinder's own fields, and all those that are not known here.
 */

/** A database has 0 and 1. */
const Flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean);
const OptionalText = z.string().nullish().default(null);
const Id = z.string({ error: 'must be a text' });
const Whole = z.int({ error: 'must be a whole number' });
const Texts = z.record(
  z.string(),
  z
    .string()
    .nullable()
    .transform((value) => value ?? ''),
);

const AnyObject = z.record(z.string(), z.unknown());

const resource = {
  id: Id,
  user_id: OptionalText,
  project_id: OptionalText,
  status: OptionalText,
  display_name: OptionalText,
  display_description: OptionalText,
  provider_id: OptionalText,
  provider_location: OptionalText,
  metadata: Texts.nullish().default({}),
  created_at: OptionalText,
  deleted: Flag.nullish().default(false),
};

export const SnapshotRecordSchema = z.looseObject({ ...resource, volume_id: Id, volume_size: Whole.nullish() });
export type SnapshotRecord = z.output<typeof SnapshotRecordSchema>;

/** cinderlib puts three things into the connection info of Cinder's attachment. */
const AttachmentInfoSchema = z.looseObject({
  conn: AnyObject.nullish(),
  connector: AnyObject.nullish(),
  device: AnyObject.nullish(),
});

export const ConnectionRecordSchema = z.looseObject({
  id: Id,
  volume_id: Id,
  attached_host: OptionalText,
  instance_uuid: OptionalText,
  mountpoint: OptionalText,
  attach_mode: OptionalText,
  connector: AnyObject.nullish(),
  connection_info: AttachmentInfoSchema.nullish(),
  created_at: OptionalText,
  deleted: Flag.nullish().default(false),
});
export type ConnectionRecord = z.output<typeof ConnectionRecordSchema>;

const VolumeTypeSchema = z.looseObject({
  extra_specs: Texts.nullish(),
  qos_specs: z.looseObject({ specs: Texts.nullish() }).nullish(),
});

export const VolumeRecordSchema = z.looseObject({
  ...resource,
  size: Whole,
  host: OptionalText,
  availability_zone: OptionalText,
  bootable: Flag.nullish().default(false),
  multiattach: Flag.nullish().default(false),
  snapshot_id: OptionalText,
  source_volid: OptionalText,
  provider_auth: OptionalText,
  replication_status: OptionalText,
  volume_type: VolumeTypeSchema.nullish(),
});
export type VolumeRecord = z.output<typeof VolumeRecordSchema>;

/** One object of a source, before it is known whether it is of use. */
interface Found {
  /** Where it stands: a path in a dump, a table's row in a database. */
  readonly place: string;
  /** `null` where it has none that can be shown. */
  readonly id: string | null;
}

export interface FoundBackend extends Found {
  readonly kind: 'backend';
  readonly id: string;
  /** Its options, unless the source tells its name only. */
  readonly config: JsonObject;
}

export interface FoundPart extends Found {
  readonly data: JsonObject;
}

export interface FoundVolume extends Found {
  readonly kind: 'volume';
  /** The name of its backend; where the source does not say, it stands in the volume's host. */
  readonly backend: string | null;
  readonly data: JsonObject;
  /** `null` where the source does not tell them. */
  readonly snapshots: readonly FoundPart[] | null;
  readonly connections: readonly FoundPart[] | null;
}

export interface FoundKeyValue extends Found {
  readonly kind: 'key_value';
  readonly data: JsonObject;
}

/** What cannot be read as any of them. */
export interface FoundUnusable extends Found {
  readonly kind: 'unusable';
  readonly what: 'volume' | 'snapshot' | 'connection';
  readonly problem: string;
  readonly remedy: string;
}

export type FoundRecord = FoundBackend | FoundVolume | FoundKeyValue | FoundUnusable;

/** A source that can be read twice: once to check all of it, once to write. */
export interface RecordSource {
  /** For people and for the record. Holds no credential. */
  readonly name: string;
  /** Backends before their volumes. */
  records(): AsyncIterable<FoundRecord> | Iterable<FoundRecord>;
  /** The SHA-256 (hex) of all of it, once `records` has come to its end. */
  hash(): string;
}
