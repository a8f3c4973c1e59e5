import type { Json, JsonObject } from '../../domain/json.ts';
import type { Connection, Snapshot } from '../../domain/volume/volume.ts';
import type { ConnectionRecord, SnapshotRecord } from './records.ts';
import { type Note, snapshotStatus } from './statuses.ts';
import { kept, storable } from './unusable.ts';

/** What cinderlib calls who is not named. */
const DEFAULT_OWNER = 'cinderlib';

export const ownerOf = ({ user_id, project_id }: Pick<SnapshotRecord, 'user_id' | 'project_id'>) => ({
  user_id: user_id ?? DEFAULT_OWNER,
  project_id: project_id ?? DEFAULT_OWNER,
});

/** A database has `2026-11-20 19:07:42.38`, which is in UTC. */
export const timeOf = (given: string | null, instead: string): string => {
  if (given === null) return instead;
  const text = given.replace(' ', 'T').replace(/\+00(:?00)?$/, 'Z');
  const utc = /Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`;
  return Number.isNaN(Date.parse(utc)) ? instead : utc;
};

/** A resource of another program, and what of it has no field of ours. */
export interface Taken<Resource> {
  readonly resource: Resource;
  readonly kept: JsonObject;
}

/** `ordinal` is its place among the snapshots of its volume; `now`, ISO 8601, stands for a time that it does not tell. */
export const snapshotOf = (record: SnapshotRecord, ordinal: number, now: string, note: Note): Taken<Snapshot> => {
  const { id, volume_id, display_name, display_description, volume_size, status, metadata, ...more } = record;
  const { user_id, project_id, created_at, provider_location, provider_id, deleted: _, ...rest } = more;
  const resource = {
    id,
    volume_id,
    name: display_name,
    description: display_description,
    // Cinder leaves it out of the question; the schema of the event says what is missing.
    volume_size: volume_size as number,
    status: snapshotStatus(id, status, note),
    metadata: metadata ?? {},
    ...ownerOf({ user_id, project_id }),
    created_at: timeOf(created_at, now),
    ordinal,
    provider_location,
    provider_id,
  };
  return { resource, kept: kept({ ...rest, ...(status === resource.status ? {} : { status }) }) };
};

type Device = Connection['device'];

const hasPath = (device: JsonObject): boolean => typeof device.path === 'string' && device.path !== '';

const statusOf = (info: unknown, device: Device): Connection['status'] => {
  if (info === null) return 'error_disconnecting';
  return device === null ? 'reserved' : 'attached';
};

const modeOf = (given: string | null): Connection['attach_mode'] => (given === 'ro' ? 'ro' : 'rw');

/** An attachment of cinderlib: what `connect` and `attach` answered stands in its connection info. */
export const connectionOf = (record: ConnectionRecord, now: string, note: Note): Taken<Connection> => {
  const { id, volume_id, connector, connection_info, attach_mode, created_at, deleted: _, ...more } = record;
  const { attached_host, instance_uuid, mountpoint, ...rest } = more;
  const { conn, connector: connectedBy, device: given, ...otherInfo } = connection_info ?? {};
  const { driver_volume_type, data, ...otherConn } = conn ?? {};
  const isConnected = typeof driver_volume_type === 'string' && typeof data === 'object' && data !== null;
  const info = isConnected ? { driver_volume_type, data: storable(data) as JsonObject } : null;
  const found = storable(given ?? null) as JsonObject | null;
  const device = found !== null && hasPath(found) ? found : null;
  if (info === null) note(`the connection ${id} has no connection info: it can only be disconnected`);
  if (found !== null && device === null)
    note(`the connection ${id} has a device without a path, which is no device here`);
  if (attach_mode !== null && attach_mode !== 'rw' && attach_mode !== 'ro') {
    note(`the connection ${id} has the attach mode ${JSON.stringify(attach_mode)}, and gets "rw"`);
  }
  const resource: Connection = {
    id,
    volume_id,
    status: statusOf(info, device),
    connector: storable(connector ?? connectedBy ?? {}) as JsonObject,
    connection_info: info,
    attach_mode: modeOf(attach_mode),
    attached_host,
    instance_uuid,
    mountpoint,
    device,
    created_at: timeOf(created_at, now),
  };
  const left: Record<string, Json> = {
    ...kept({ ...otherInfo, ...(info === null ? (conn ?? {}) : otherConn) }),
    ...(device === null && found !== null ? { device: found } : {}),
  };
  return {
    resource,
    kept: { ...kept(rest), ...(Object.keys(left).length === 0 ? {} : { connection_info: left }) },
  };
};
