import { describe, it } from 'vitest';
import {
  decideAttachVolume,
  VolumeAttached,
  VolumeAttachmentFailed,
  VolumeAttachmentRequested,
} from '../../../src/domain/volume/attach.ts';
import { ConnectionInitializationFailed } from '../../../src/domain/volume/connect.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { by } from '../given.ts';
import {
  attached,
  BROKEN,
  CONNECTION,
  connected,
  connecting,
  created,
  DELETED,
  FAILURE,
  givenVolume,
  KNOWN,
  UNKNOWN,
  VOLUME,
} from '../volumes.ts';

const ATTACH = { id: CONNECTION, volume_id: VOLUME };
const CONNECTOR = { host: 'host-a', ip: '10.0.0.1' };
const FACTS = { ...THAWED, ...UNKNOWN, connectorProblems: [], connector: CONNECTOR };
const OF_CONNECTION = { connection_id: CONNECTION };

describe('attaching a volume on this host', () => {
  it('records this host’s connector and what the caller said', () => {
    const said = { attach_mode: 'ro' as const, mountpoint: '/dev/vdb' };
    givenVolume(...created())
      .when(decideAttachVolume, { ...ATTACH, ...said }, FACTS)
      .thenRecords(VolumeAttachmentRequested.of({ ...OF_CONNECTION, connector: CONNECTOR, ...said }));
  });

  it('is open until its own outcome, and changes nothing that its children did', () => {
    const events = [
      ...created(),
      by('parent', VolumeAttachmentRequested.of({ ...OF_CONNECTION, connector: CONNECTOR })),
      ...attached(),
    ];
    givenVolume(...events).thenState({ open: [{ command_id: 'parent' }] });
    givenVolume(...events, by('parent', VolumeAttached.of(OF_CONNECTION))).thenState({
      volume: { status: 'in-use', attach_status: 'attached' },
      open: [],
    });
  });

  it('leaves the volume as it was when it fails', () => {
    givenVolume(
      ...created(),
      by('parent', VolumeAttachmentRequested.of({ ...OF_CONNECTION, connector: CONNECTOR })),
      connecting(),
      ConnectionInitializationFailed.of({ ...OF_CONNECTION, failure: FAILURE }),
      by('parent', VolumeAttachmentFailed.of({ ...OF_CONNECTION, failure: FAILURE })),
    ).thenState({ volume: { status: 'available', attach_status: 'detached' }, connections: {}, open: [] });
  });
});

describe('attaching is refused', () => {
  it.each([
    ['VolumeNotFound', [], FACTS, VOLUME, 'volume list'],
    ['VolumeNotFound', [...created(), ...DELETED], FACTS, VOLUME, 'volume list'],
    ['InvalidVolume', [...created(), ...BROKEN], FACTS, 'error', 'available or in-use'],
    ['AlreadyExists', created(), { ...FACTS, ...KNOWN }, CONNECTION, 'another id'],
    ['NotMultiattach', [...created(), ...connected('first', 'host-b')], FACTS, 'host-b', 'multiattach'],
    ['InvalidConnector', created(), { ...FACTS, connectorProblems: ['ip: is missing'] }, 'ip: is missing', 'host'],
    ['BackendFrozen', created(), { ...FACTS, ...FROZEN_BACKEND }, 'frozen', 'thaw'],
    ['BackendNotFound', created(), { ...FACTS, ...NO_SUCH_BACKEND }, 'lava', 'backend add'],
  ] as const)('(%s)', (code, events, facts, says, remedy) => {
    givenVolume(...events)
      .when(decideAttachVolume, ATTACH, facts)
      .thenRefused(code, says, remedy);
  });
});
