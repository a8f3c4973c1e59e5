import type { Connection, Snapshot, Volume as VolumeRecord } from '../domain/volume/volume.ts';
import type { ConnectionInfo, Connector, Volume } from '../drivers/contract.ts';
import { checkId } from './ids.ts';

/** A volume as a driver gets it, one of 1 GiB that is about to be made. */
export const aVolume = (change: Partial<Volume> = {}): Volume => ({
  id: checkId(),
  name: 'scoria-check',
  description: null,
  size: 1,
  status: 'creating',
  attach_status: 'detached',
  bootable: false,
  multiattach: false,
  backend_name: 'under-test',
  pool_name: null,
  availability_zone: null,
  host: null,
  metadata: {},
  extra_specs: {},
  qos_specs: {},
  user_id: 'user',
  project_id: 'project',
  snapshot_id: null,
  source_volid: null,
  created_at: '2026-01-01T00:00:00.000Z',
  provider_location: null,
  provider_id: null,
  provider_auth: null,
  replication_status: null,
  ...change,
});

/** A recorded volume as a driver may get it past the engine: what is sealed stays the engine's. */
export const asDriverGets = ({ provider_auth: _, ...volume }: VolumeRecord): Volume => ({
  ...volume,
  provider_auth: null,
});

/** A snapshot of the volume, as a driver gets it. */
export const aSnapshot = (volume: Volume, change: Partial<Snapshot> = {}): Snapshot => ({
  id: checkId(),
  volume_id: volume.id,
  name: 'scoria-check',
  description: null,
  volume_size: volume.size,
  status: 'creating',
  metadata: {},
  user_id: 'user',
  project_id: 'project',
  created_at: '2026-01-01T00:00:00.000Z',
  ordinal: 1,
  provider_location: null,
  provider_id: null,
  ...change,
});

/** A connection of the volume to the host of the connector, with what the driver answered when it was connected. */
export const aConnection = (volume: Volume, connector: Connector, info: ConnectionInfo | null): Connection => ({
  id: String(info?.data.connection_id ?? checkId()),
  volume_id: volume.id,
  status: 'reserved',
  connector,
  connection_info: info,
  attach_mode: 'rw',
  attached_host: null,
  instance_uuid: null,
  mountpoint: null,
  device: null,
  created_at: '2026-01-01T00:00:00.000Z',
});
