import type { ResourceFacts } from '../../src/domain/backend/delete-resource.ts';
import type { ArrayResource } from '../../src/domain/backend/resource.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import { volumeAggregate } from '../../src/domain/volume/aggregate.ts';
import { ConnectionInitializationRequested, ConnectionInitialized } from '../../src/domain/volume/connect.ts';
import { type PlannedVolume, VolumeCreated, VolumeCreationRequested } from '../../src/domain/volume/create.ts';
import { VolumeDeleted, VolumeDeletionRequested } from '../../src/domain/volume/delete.ts';
import { DeviceAttached, DeviceAttachmentRequested } from '../../src/domain/volume/device-attach.ts';
import { VolumeExtensionFailed, VolumeExtensionRequested } from '../../src/domain/volume/extend.ts';
import { VolumeOutcomeUnknown } from '../../src/domain/volume/outcome-unknown.ts';
import { SourcePinned } from '../../src/domain/volume/pin.ts';
import { VolumeRevertRequested } from '../../src/domain/volume/revert.ts';
import { SnapshotCreated, SnapshotCreationRequested } from '../../src/domain/volume/snapshot-create.ts';
import { BACKEND } from './backends.ts';
import { ACTOR, by, givenOf } from './given.ts';

type Events = readonly NewEvent<string, unknown>[];

export const VOLUME = 'volume-1';
export const SNAPSHOT = 'snapshot-1';
export const CONNECTION = 'connection-1';
export const FAILURE = { code: 'DriverFailed', message: 'the array is on fire', remedy: 'put it out' };
export const CONNECTION_INFO = { driver_volume_type: 'local', data: { device_path: '/dev/loop0' } };
export const DEVICE = { path: '/dev/loop0', type: 'block' };

export const givenVolume = givenOf(volumeAggregate);

export const planned = (change: Partial<PlannedVolume> = {}): PlannedVolume => ({
  id: VOLUME,
  name: 'basalt',
  description: null,
  size: 10,
  bootable: false,
  multiattach: false,
  backend_name: BACKEND,
  pool_name: null,
  availability_zone: null,
  host: null,
  metadata: {},
  extra_specs: {},
  qos_specs: {},
  user_id: ACTOR.user,
  project_id: ACTOR.project,
  snapshot_id: null,
  source_volid: null,
  ...change,
});

export const creating = (change: Partial<PlannedVolume> = {}): Events => [
  VolumeCreationRequested.of({ volume: planned(change) }),
];
/** A volume that is `available`. */
export const created = (change: Partial<PlannedVolume> = {}): Events => [...creating(change), VolumeCreated.of({})];
export const DELETING: Events = [VolumeDeletionRequested.of({})];
export const DELETED: Events = [...DELETING, VolumeDeleted.of({})];
/** Leaves the volume in `error`. */
export const BROKEN: Events = [
  VolumeExtensionRequested.of({ size: 20, previous_size: 10 }),
  VolumeExtensionFailed.of({ failure: FAILURE }),
];

export const snapshotRequested = (id = SNAPSHOT, volume_size = 10) =>
  SnapshotCreationRequested.of({
    snapshot: {
      id,
      volume_id: VOLUME,
      name: null,
      description: null,
      volume_size,
      metadata: {},
      user_id: ACTOR.user,
      project_id: ACTOR.project,
    },
  });
export const snapshotted = (id = SNAPSHOT, volume_size = 10): Events => [
  snapshotRequested(id, volume_size),
  SnapshotCreated.of({ snapshot_id: id }),
];

/** It is not known whether the volume went back to its snapshot. */
export const REVERT_ASKED = [
  by('revert', VolumeRevertRequested.of({ snapshot_id: SNAPSHOT }), { command: 'RevertToSnapshot' }),
  by('revert', VolumeOutcomeUnknown.of({ question: 'how far did it come?' })),
];

export const plannedConnection = (id = CONNECTION, host = 'host-a') => ({
  id,
  volume_id: VOLUME,
  connector: { host },
  attach_mode: 'rw' as const,
  attached_host: null,
  instance_uuid: null,
  mountpoint: null,
});
export const connecting = (id = CONNECTION, host = 'host-a') =>
  ConnectionInitializationRequested.of({ connection: plannedConnection(id, host) });
export const connected = (id = CONNECTION, host = 'host-a'): Events => [
  connecting(id, host),
  ConnectionInitialized.of({ connection_id: id, connection_info: CONNECTION_INFO }),
];
export const attached = (id = CONNECTION, host = 'host-a'): Events => [
  ...connected(id, host),
  DeviceAttachmentRequested.of({ connection_id: id }),
  DeviceAttached.of({ connection_id: id, device: DEVICE }),
];
export const pinnedFor = (volume_id: string, snapshot_id: string | null = null, pin_id = `pin-${volume_id}`) =>
  SourcePinned.of({ pin_id, pin: { volume_id, snapshot_id } });

/** Whether the log ever held the id that the command names. */
export const KNOWN = { idKnown: true };
export const UNKNOWN = { idKnown: false };

/** Something on the array that no name of ours tells of. */
export const STRAY: ArrayResource = {
  kind: 'volume',
  reference: 'stray.img',
  id: null,
  volume_id: null,
  sizeBytes: 1024n ** 3n,
  provider_location: '/srv/stray.img',
  reason_not_safe: null,
};
export const NOBODYS: ResourceFacts = { resource: STRAY, owner: null, busy: null };
