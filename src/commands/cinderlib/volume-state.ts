import type { z } from 'zod';
import { NO_OPEN_WORK } from '../../domain/aggregate.ts';
import type { JsonObject } from '../../domain/json.ts';
import { attachStatus, type Volume, type VolumeState } from '../../domain/volume/volume.ts';
import { connectionOf, ownerOf, snapshotOf, type Taken, timeOf } from './parts.ts';
import {
  ConnectionRecordSchema,
  type FoundPart,
  type FoundVolume,
  SnapshotRecordSchema,
  type VolumeRecord,
  VolumeRecordSchema,
} from './records.ts';
import { type Note, volumeStatus } from './statuses.ts';
import { kept, read, storable, Unusable } from './unusable.ts';

/** A volume as it would be recorded, its credentials still in the clear. */
export interface VolumeToImport {
  readonly state: VolumeState & { readonly volume: Volume };
  readonly kept: JsonObject;
  /** What was changed on the way, in words. */
  readonly notes: readonly string[];
}

/** Of Cinder's `host@backend#pool`. */
export const placeOfHost = (host: unknown): { readonly backend: string | null; readonly pool: string | null } => {
  const [, backend = null, pool = null] = /@([^#]*)(?:#(.*))?$/s.exec(typeof host === 'string' ? host : '') ?? [];
  return { backend, pool };
};

export const isDeleted = (data: JsonObject): boolean =>
  data.deleted === true || data.deleted === 1 || data.status === 'deleted';

/**
 * The volume that a record tells; throws `Unusable` where it tells none that could be worked with. `now`, ISO 8601,
 * stands for a time that it does not tell.
 */
export const volumeToImport = (found: FoundVolume, backend_name: string, now: string): VolumeToImport => {
  const record = read(VolumeRecordSchema, found.data, '');
  const notes: string[] = [];
  const note: Note = (text) => void notes.push(text);
  const snapshots = living(found.snapshots, SnapshotRecordSchema, record.id, 'snapshot', note)
    .toSorted((one, other) => ((one.created_at ?? '') < (other.created_at ?? '') ? -1 : 1))
    .map((snapshot, index) => snapshotOf(snapshot, index + 1, now, note));
  const connections = living(found.connections, ConnectionRecordSchema, record.id, 'connection', note).map((one) =>
    connectionOf(one, now, note),
  );
  const ownConnections = resourcesById(connections);
  const status = volumeStatus(record.status, connections.length > 0, note);
  const resource = volumeOf(record, backend_name, timeOf(record.created_at, now));
  const state = {
    ...NO_OPEN_WORK,
    volume: { ...resource.resource, status, attach_status: attachStatus(ownConnections) },
    snapshots: resourcesById(snapshots),
    connections: ownConnections,
    pins: {},
  };
  const ofParts = { ...keptOf('snapshots', snapshots), ...keptOf('connections', connections) };
  const unlike = record.status === status ? {} : kept({ status: record.status });
  return { state, kept: { ...resource.kept, ...unlike, ...ofParts }, notes };
};

type Part = { readonly id: string; readonly volume_id: string };

const living = <Record extends Part>(
  found: readonly FoundPart[] | null,
  schema: z.ZodType<Record>,
  volume_id: string,
  what: 'snapshot' | 'connection',
  note: Note,
): readonly Record[] => {
  if (found === null) note(`the source does not tell its ${what}s: it is taken to have none`);
  const parts = (found ?? []).filter(({ data }) => !isDeleted(data));
  const gone = (found?.length ?? 0) - parts.length;
  if (gone > 0) note(`${gone} deleted ${what}(s) left out`);
  return parts.map(({ data, place }) => {
    const record = read(schema, data, place);
    if (record.volume_id === volume_id) return record;
    throw new Unusable(`${place}: belongs to the volume ${record.volume_id}`);
  });
};

const resourcesById = <Resource extends Part>(parts: readonly Taken<Resource>[]): Readonly<Record<string, Resource>> =>
  Object.fromEntries(parts.map(({ resource }) => [resource.id, resource]));

const keptOf = (name: string, parts: readonly Taken<Part>[]): JsonObject => {
  const more = parts.filter((part) => Object.keys(part.kept).length > 0);
  return more.length === 0 ? {} : { [name]: Object.fromEntries(more.map((part) => [part.resource.id, part.kept])) };
};

type RestingVolume = Omit<Volume, 'status' | 'attach_status'>;

const volumeOf = (record: VolumeRecord, backend_name: string, created_at: string): Taken<RestingVolume> => {
  const { id, display_name, display_description, size, host, availability_zone, metadata, volume_type, ...more } =
    record;
  const { user_id, project_id, snapshot_id, source_volid, bootable, multiattach, ...ofProvider } = more;
  const { provider_location, provider_id, provider_auth, replication_status, ...rest } = ofProvider;
  const { status: _, created_at: __, deleted: ___, ...unknown } = rest;
  const { extra_specs, qos_specs, ...ofType } = volume_type ?? {};
  const { specs, ...ofQos } = qos_specs ?? {};
  const resource = {
    id,
    name: display_name,
    description: display_description,
    size,
    bootable: bootable ?? false,
    multiattach: multiattach ?? false,
    backend_name,
    pool_name: placeOfHost(host).pool,
    availability_zone,
    host,
    metadata: metadata ?? {},
    extra_specs: extra_specs ?? {},
    qos_specs: specs ?? {},
    ...ownerOf({ user_id, project_id }),
    snapshot_id,
    source_volid,
    created_at,
    provider_location,
    provider_id,
    provider_auth,
    replication_status,
  };
  const type = kept({ ...ofType, ...(qos_specs ? { qos_specs: ofQos } : {}) });
  return {
    resource,
    kept: { ...kept(unknown), ...(Object.keys(type).length === 0 ? {} : { volume_type: storable(type) }) },
  };
};
