import type { Json, JsonObject } from '../../domain/json.ts';
import type { Connection, Snapshot } from '../../domain/volume/volume.ts';
import type { VolumeDocument } from '../../projections/documents.ts';
import { settledSnapshotStatus, settledVolumeStatus } from './statuses.ts';
import { versioned, versionedList } from './versioned-objects.ts';

/** Cinder's `host` of who never said one. */
const HOST = 'scoria';

/** Fields of Cinder's objects that nothing here stands for. */
const UNUSED_OF_VOLUME = {
  _name_id: null,
  ec2_id: null,
  use_quota: true,
  cluster_name: null,
  cluster: null,
  migration_status: null,
  scheduled_at: null,
  launched_at: null,
  terminated_at: null,
  provider_geometry: null,
  encryption_key_id: null,
  consistencygroup_id: null,
  group_id: null,
  replication_extended_status: null,
  replication_driver_data: null,
  previous_status: null,
  admin_metadata: {},
  glance_metadata: {},
  consistencygroup: null,
  group: null,
  service_uuid: null,
  shared_targets: true,
};
const UNUSED_OF_SNAPSHOT = {
  use_quota: true,
  cgsnapshot_id: null,
  group_snapshot_id: null,
  encryption_key_id: null,
  // With an id, cinderlib cannot save what it loads; with null, its database refuses the row.
  volume_type_id: '',
  provider_auth: null,
  cgsnapshot: null,
  group_snapshot: null,
};
const UNUSED_OF_CONNECTION = { attach_time: null, detach_time: null, attach_status: null };
const UNTOUCHED = { updated_at: null, deleted_at: null, deleted: false };

/** The volume with its snapshots and connections, as `dump` of cinderlib's object writes it. Holds nothing sealed. */
export const exportedVolume = (volume: VolumeDocument): JsonObject => {
  const { id, name, description, backend_name, pool_name, host, status, extra_specs, qos_specs, ...more } = volume;
  const { snapshots, connections, pins: _, open: __, questions: ___, created_at, ...rest } = more;
  const volume_type = volumeType(id, extra_specs, qos_specs);
  const place = `${hostName(host)}@${backend_name}#${pool_name ?? backend_name}`;
  const byOrdinal = snapshots.toSorted((one, other) => one.ordinal - other.ordinal);
  const data = {
    ...UNUSED_OF_VOLUME,
    id,
    ...rest,
    provider_auth: rest.provider_auth ?? null,
    host: place,
    status: settledVolumeStatus(status),
    display_name: name,
    display_description: description,
    volume_type_id: volume_type === null ? null : id,
    volume_type,
    volume_attachment: versionedList('VolumeAttachmentList', connections.map(exportedConnection)),
    snapshots: versionedList(
      'SnapshotList',
      byOrdinal.map((snapshot) => exportedSnapshot(snapshot, backend_name)),
    ),
    created_at,
    ...UNTOUCHED,
  };
  return {
    class: 'Volume',
    backend: { volume_backend_name: backend_name },
    ovo: versioned('Volume', data as JsonObject),
  };
};

const hostName = (host: string | null): string => host?.split(/[@#]/)[0] || HOST;

/** cinderlib keeps the specs of a volume in a type of its own, which has the volume's id. */
const volumeType = (id: string, extra_specs: JsonObject, specs: JsonObject): JsonObject | null => {
  const hasSpecs = Object.keys(specs).length > 0;
  if (!hasSpecs && Object.keys(extra_specs).length === 0) return null;
  const own = { id, name: id };
  return versioned('VolumeType', {
    ...own,
    is_public: true,
    extra_specs,
    // With an id, cinderlib tries to save them to its database, and fails.
    qos_specs_id: null,
    qos_specs: hasSpecs ? versioned('QualityOfServiceSpecs', { ...own, consumer: 'back-end', specs }) : null,
  });
};

/** cinderlib keeps the name of the backend in the field that Cinder has for the progress. */
const exportedSnapshot = (snapshot: Snapshot, progress: string): JsonObject => {
  const { name, description, status, ordinal: _, created_at, ...rest } = snapshot;
  return versioned('Snapshot', {
    ...UNUSED_OF_SNAPSHOT,
    ...rest,
    status: settledSnapshotStatus(status),
    progress,
    display_name: name,
    display_description: description,
    created_at,
    ...UNTOUCHED,
  });
};

const exportedConnection = (connection: Connection): JsonObject => {
  const { status: _, connector, connection_info, device, created_at, ...rest } = connection;
  const info = { conn: connection_info ?? {}, connector, ...(device === null ? {} : { device }) };
  return versioned('VolumeAttachment', {
    ...UNUSED_OF_CONNECTION,
    ...rest,
    connector,
    connection_info: info as Json,
    created_at,
    ...UNTOUCHED,
  });
};
