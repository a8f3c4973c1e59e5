import { describe, it } from 'vitest';
import {
  ConnectionInitializationFailed,
  ConnectionInitializationRequested,
  decideConnectVolume,
} from '../../../src/domain/volume/connect.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { timeOf } from '../given.ts';
import {
  BROKEN,
  CONNECTION,
  CONNECTION_INFO,
  connected,
  connecting,
  created,
  creating,
  DELETED,
  FAILURE,
  givenVolume,
  KNOWN,
  plannedConnection,
  UNKNOWN,
  VOLUME,
} from '../volumes.ts';

const CONNECT = { id: CONNECTION, volume_id: VOLUME, connector: { host: 'host-a' } };
const FACTS = { ...THAWED, ...UNKNOWN, connectorProblems: [] };
const FAILED = ConnectionInitializationFailed.of({ connection_id: CONNECTION, failure: FAILURE });

describe('connecting', () => {
  it('asks for a connection that is read and written by default', () => {
    givenVolume(...created())
      .when(decideConnectVolume, CONNECT, FACTS)
      .thenRecords(connecting());
  });

  it('keeps what the caller said', () => {
    const said = {
      attach_mode: 'ro' as const,
      attached_host: 'vm-host',
      instance_uuid: 'vm-1',
      mountpoint: '/dev/vdb',
    };
    givenVolume(...created())
      .when(decideConnectVolume, { ...CONNECT, ...said }, FACTS)
      .thenRecords(ConnectionInitializationRequested.of({ connection: { ...plannedConnection(), ...said } }));
  });

  it('makes the volume in-use when the host may attach it, not before', () => {
    givenVolume(...created(), connecting()).thenState({
      volume: { status: 'available' },
      connections: { [CONNECTION]: { status: 'connecting', connection_info: null, created_at: timeOf(2) } },
    });
    givenVolume(...created(), ...connected()).thenState({
      volume: { status: 'in-use', attach_status: 'detached' },
      connections: { [CONNECTION]: { status: 'reserved', connection_info: CONNECTION_INFO, device: null } },
      open: [],
    });
  });

  it('leaves no connection when it fails, and the status as it was', () => {
    givenVolume(...created(), connecting(), FAILED).thenState({
      volume: { status: 'available' },
      connections: {},
      open: [],
    });
    givenVolume(...created(), ...connected('first'), connecting(), FAILED).thenState({
      volume: { status: 'in-use' },
      connections: { first: { status: 'reserved' } },
    });
  });

  it('gives one host several connections', () => {
    givenVolume(...created(), ...connected('first'))
      .when(decideConnectVolume, CONNECT, FACTS)
      .thenRecords(connecting());
  });

  it('gives two hosts a connection of a multiattach volume', () => {
    givenVolume(...created({ multiattach: true }), ...connected('first', 'host-b'))
      .when(decideConnectVolume, CONNECT, FACTS)
      .thenRecords(connecting());
  });
});

describe('connecting is refused', () => {
  it('for a second host of a volume that is not multiattach', () => {
    givenVolume(...created(), ...connected('first', 'host-b'))
      .when(decideConnectVolume, CONNECT, FACTS)
      .thenRefused('NotMultiattach', [VOLUME, 'host-b'], 'multiattach');
  });

  it('when the driver finds fault with the connector', () => {
    givenVolume(...created())
      .when(decideConnectVolume, CONNECT, { ...FACTS, connectorProblems: ['initiator: is missing', 'ip: is missing'] })
      .thenRefused('InvalidConnector', ['initiator: is missing', 'ip: is missing'], 'connector properties');
  });

  it.each([
    ['VolumeNotFound', [], FACTS, VOLUME, 'volume list'],
    ['VolumeNotFound', [...created(), ...DELETED], FACTS, VOLUME, 'volume list'],
    ['InvalidVolume', creating(), FACTS, 'creating', 'available or in-use'],
    ['InvalidVolume', [...created(), ...BROKEN], FACTS, 'error', 'available or in-use'],
    ['AlreadyExists', [...created(), ...connected()], FACTS, CONNECTION, 'another id'],
    ['AlreadyExists', created(), { ...FACTS, ...KNOWN }, CONNECTION, 'another id'],
    ['BackendFrozen', created(), { ...FACTS, ...FROZEN_BACKEND }, 'frozen', 'thaw'],
    ['BackendNotFound', created(), { ...FACTS, ...NO_SUCH_BACKEND }, 'lava', 'backend add'],
  ] as const)('(%s)', (code, events, facts, says, remedy) => {
    givenVolume(...events)
      .when(decideConnectVolume, CONNECT, facts)
      .thenRefused(code, says, remedy);
  });
});
