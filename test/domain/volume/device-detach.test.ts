import { describe, it } from 'vitest';
import { DeviceAttachmentFailed, DeviceAttachmentRequested } from '../../../src/domain/volume/device-attach.ts';
import {
  DetachmentReported,
  DeviceDetached,
  DeviceDetachmentFailed,
  DeviceDetachmentRequested,
  decideDetachDevice,
  decideReportDetachment,
} from '../../../src/domain/volume/device-detach.ts';
import { ConnectionTerminationFailed, ConnectionTerminationRequested } from '../../../src/domain/volume/disconnect.ts';
import { VolumeOutcomeUnknown } from '../../../src/domain/volume/outcome-unknown.ts';
import { by } from '../given.ts';
import { attached, CONNECTION, connected, created, FAILURE, givenVolume, KNOWN, UNKNOWN, VOLUME } from '../volumes.ts';

const DETACH = { volume_id: VOLUME, connection_id: CONNECTION };
const HERE = { ...KNOWN, thisHost: 'host-a' };
const requested = (force = false) => DeviceDetachmentRequested.of({ connection_id: CONNECTION, force });
const detached = (ignored_errors: readonly string[] = []) =>
  DeviceDetached.of({ connection_id: CONNECTION, ignored_errors });
const FAILED = DeviceDetachmentFailed.of({ connection_id: CONNECTION, failure: FAILURE });
const HALF_ATTACHED = [
  ...connected(),
  DeviceAttachmentRequested.of({ connection_id: CONNECTION }),
  DeviceAttachmentFailed.of({ connection_id: CONNECTION, failure: FAILURE }),
];

describe('detaching a connection from this host', () => {
  it.each([
    ['is attached', attached()],
    ['may be attached in part', HALF_ATTACHED],
    ['failed to detach before', [...attached(), requested(), FAILED]],
  ])('begins when it %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideDetachDevice, DETACH, HERE)
      .thenRecords(requested());
  });

  it('leaves it connected', () => {
    givenVolume(...created(), ...attached(), requested()).thenState({
      volume: { attach_status: 'attached' },
      connections: { [CONNECTION]: { status: 'detaching' } },
    });
    givenVolume(...created(), ...attached(), requested(), detached()).thenState({
      volume: { status: 'in-use', attach_status: 'detached' },
      connections: { [CONNECTION]: { status: 'reserved', device: null } },
      open: [],
    });
  });

  it('by force goes past errors, and any host may', () => {
    givenVolume(...created(), ...attached(CONNECTION, 'host-b'))
      .when(decideDetachDevice, { ...DETACH, force: true }, HERE)
      .thenRecords(requested(true));
    givenVolume(...created(), ...attached(), requested(true), detached(['the device is busy'])).thenState({
      connections: { [CONNECTION]: { status: 'reserved', device: null } },
    });
  });

  it.each([
    ['failed', ConnectionTerminationFailed.of({ connection_id: CONNECTION, failure: FAILURE })],
    ['has an end that nobody knows', VolumeOutcomeUnknown.of({ question: 'did the array let it go?' })],
  ])('does not make it connected again after a disconnection that %s', (_, outcome) => {
    const disconnection = [ConnectionTerminationRequested.of({ connection_id: CONNECTION, force: true }), outcome];
    const half = [...created(), ...attached(), ...disconnection.map((event) => by('disconnection', event))];
    for (const detachment of [detached(['the host is gone']), FAILED]) {
      givenVolume(...half, requested(true), detachment).thenState({
        volume: { status: 'in-use' },
        connections: { [CONNECTION]: { status: 'error_disconnecting' } },
      });
    }
  });

  it('leaves a failed one in error_detaching with its device', () => {
    givenVolume(...created(), ...attached(), requested(), FAILED).thenState({
      volume: { status: 'in-use', attach_status: 'attached' },
      connections: { [CONNECTION]: { status: 'error_detaching', device: { path: '/dev/loop0' } } },
      open: [],
    });
  });

  it.each([
    ['is not attached', connected()],
    ['is gone', []],
  ])('has nothing to do when it %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideDetachDevice, DETACH, HERE)
      .thenNothing();
  });

  it('is refused for a connection that never was', () => {
    givenVolume(...created())
      .when(decideDetachDevice, DETACH, { ...HERE, ...UNKNOWN })
      .thenRefused('ConnectionNotFound', CONNECTION, 'connection list');
  });

  it('is refused for a connection of another host', () => {
    givenVolume(...created(), ...attached(CONNECTION, 'host-b'))
      .when(decideDetachDevice, DETACH, HERE)
      .thenRefused('InvalidConnection', ['host-b', 'host-a'], 'on host-b');
  });
});

describe('the word of another host that its device is detached', () => {
  const REPORTED = DetachmentReported.of({ connection_id: CONNECTION });

  it('leaves it connected', () => {
    givenVolume(...created(), ...attached(CONNECTION, 'host-b'))
      .when(decideReportDetachment, DETACH, KNOWN)
      .thenRecords(REPORTED);
    givenVolume(...created(), ...attached(CONNECTION, 'host-b'), REPORTED).thenState({
      volume: { status: 'in-use', attach_status: 'detached' },
      connections: { [CONNECTION]: { status: 'reserved', device: null } },
    });
  });

  it('does not make it connected again once the array may have let it go', () => {
    const disconnection = [
      ConnectionTerminationRequested.of({ connection_id: CONNECTION, force: true }),
      ConnectionTerminationFailed.of({ connection_id: CONNECTION, failure: FAILURE }),
    ];
    givenVolume(...created(), ...attached(), ...disconnection, REPORTED).thenState({
      connections: { [CONNECTION]: { status: 'error_disconnecting', device: null } },
    });
  });

  it.each([
    ['is not attached', connected()],
    ['is gone', []],
  ])('says nothing new when it %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideReportDetachment, DETACH, KNOWN)
      .thenNothing();
  });

  it('is refused for a connection that never was', () => {
    givenVolume(...created())
      .when(decideReportDetachment, DETACH, UNKNOWN)
      .thenRefused('ConnectionNotFound', CONNECTION, 'connection list');
  });
});
