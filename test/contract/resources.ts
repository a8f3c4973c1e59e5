import { randomUUID } from 'node:crypto';
import type { Connection, Snapshot, Volume } from '../../src/domain/volume/volume.ts';
import type { ConnectionInfo, Connector } from '../../src/drivers/contract.ts';

/** Resources as a driver gets them. */
export const aVolume = (change: Partial<Volume> = {}): Volume => ({
  id: randomUUID(),
  name: 'data',
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

export const aSnapshot = (volume: Volume, change: Partial<Snapshot> = {}): Snapshot => ({
  id: randomUUID(),
  volume_id: volume.id,
  name: 'monday',
  description: null,
  volume_size: volume.size,
  status: 'creating',
  metadata: {},
  user_id: 'user',
  project_id: 'project',
  created_at: '2026-01-01T00:00:00.000Z',
  provider_location: null,
  provider_id: null,
  ...change,
});

export const aConnection = (volume: Volume, connector: Connector, info: ConnectionInfo | null): Connection => ({
  id: String(info?.data.connection_id ?? randomUUID()),
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
