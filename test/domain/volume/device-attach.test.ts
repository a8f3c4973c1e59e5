import { describe, it } from 'vitest';
import {
  DeviceAttached,
  DeviceAttachmentFailed,
  DeviceAttachmentRequested,
  DeviceReported,
  decideAttachDevice,
  decideReportDevice,
} from '../../../src/domain/volume/device-attach.ts';
import { ConnectionTerminationFailed, ConnectionTerminationRequested } from '../../../src/domain/volume/disconnect.ts';
import {
  attached,
  CONNECTION,
  connected,
  connecting,
  created,
  DEVICE,
  FAILURE,
  givenVolume,
  VOLUME,
} from '../volumes.ts';

const ATTACH = { volume_id: VOLUME, connection_id: CONNECTION };
const HERE = { thisHost: 'host-a' };
const REQUESTED = DeviceAttachmentRequested.of({ connection_id: CONNECTION });
const FAILED = [REQUESTED, DeviceAttachmentFailed.of({ connection_id: CONNECTION, failure: FAILURE })];
const UNDISCONNECTABLE = [
  ConnectionTerminationRequested.of({ connection_id: CONNECTION, force: false }),
  ConnectionTerminationFailed.of({ connection_id: CONNECTION, failure: FAILURE }),
];

describe('attaching a connection on this host', () => {
  it.each([
    ['is reserved', connected()],
    ['failed before', [...connected(), ...FAILED]],
  ])('begins when it %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideAttachDevice, ATTACH, HERE)
      .thenRecords(REQUESTED);
  });

  it('shows the device and the volume as attached', () => {
    givenVolume(...created(), ...connected(), REQUESTED).thenState({
      volume: { attach_status: 'detached' },
      connections: { [CONNECTION]: { status: 'attaching', device: null } },
    });
    givenVolume(...created(), ...attached()).thenState({
      volume: { status: 'in-use', attach_status: 'attached' },
      connections: { [CONNECTION]: { status: 'attached', device: DEVICE } },
      open: [],
    });
  });

  it('leaves a failed one in error_attaching', () => {
    givenVolume(...created(), ...connected(), ...FAILED).thenState({
      volume: { status: 'in-use', attach_status: 'detached' },
      connections: { [CONNECTION]: { status: 'error_attaching', device: null } },
      open: [],
    });
  });

  it('has nothing to do when it is attached', () => {
    givenVolume(...created(), ...attached())
      .when(decideAttachDevice, ATTACH, HERE)
      .thenNothing();
  });

  it('ignores the outcome of a connection that it does not know', () => {
    givenVolume(...created(), DeviceAttached.of({ connection_id: CONNECTION, device: DEVICE })).thenState({
      volume: { attach_status: 'detached' },
      connections: {},
    });
  });

  it.each([
    ['ConnectionNotFound', created(), CONNECTION, 'connection list'],
    ['InvalidConnection', [...created(), connecting()], 'connecting', 'reserved'],
    ['InvalidConnection', [...created(), ...connected(), ...UNDISCONNECTABLE], 'error_disconnecting', 'reserved'],
    ['InvalidConnection', [...created(), ...connected(CONNECTION, 'host-b')], 'host-b', 'on host-b'],
    ['InvalidConnection', [...created(), ...attached(CONNECTION, 'host-b')], 'host-b', 'on host-b'],
  ] as const)('is refused (%s)', (code, events, says, remedy) => {
    givenVolume(...events)
      .when(decideAttachDevice, ATTACH, HERE)
      .thenRefused(code, [CONNECTION, says], remedy);
  });
});

describe('reporting a device that was attached elsewhere', () => {
  const REPORT = { ...ATTACH, device: DEVICE };
  const REPORTED = DeviceReported.of({ connection_id: CONNECTION, device: DEVICE });
  const ELSEWHERE = [...created(), ...connected(CONNECTION, 'host-b')];

  it('records it as attached', () => {
    givenVolume(...ELSEWHERE)
      .when(decideReportDevice, REPORT)
      .thenRecords(REPORTED);
    givenVolume(...ELSEWHERE, REPORTED).thenState({
      volume: { attach_status: 'attached' },
      connections: { [CONNECTION]: { status: 'attached', device: DEVICE } },
      open: [],
    });
  });

  it('records another device than before', () => {
    const device = { ...DEVICE, path: '/dev/loop7' };
    givenVolume(...ELSEWHERE, REPORTED)
      .when(decideReportDevice, { ...REPORT, device })
      .thenRecords(DeviceReported.of({ connection_id: CONNECTION, device }));
  });

  it('has nothing to do for the same device, in whatever order it is told', () => {
    const device = { type: DEVICE.type, path: DEVICE.path };
    givenVolume(...ELSEWHERE, REPORTED)
      .when(decideReportDevice, { ...REPORT, device })
      .thenNothing();
  });

  it.each([
    ['ConnectionNotFound', created(), CONNECTION, 'connection list'],
    ['InvalidConnection', [...created(), connecting()], 'connecting', 'reserved'],
    ['InvalidConnection', [...ELSEWHERE, ...UNDISCONNECTABLE], 'error_disconnecting', 'reserved'],
  ] as const)('is refused (%s)', (code, events, says, remedy) => {
    givenVolume(...events)
      .when(decideReportDevice, REPORT)
      .thenRefused(code, [CONNECTION, says], remedy);
  });
});
