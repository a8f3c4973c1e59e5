import { describe, it } from 'vitest';
import {
  ConnectionTerminated,
  ConnectionTerminationFailed,
  ConnectionTerminationRequested,
  decideDisconnectVolume,
} from '../../../src/domain/volume/disconnect.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import {
  attached,
  BROKEN,
  CONNECTION,
  connected,
  created,
  FAILURE,
  givenVolume,
  KNOWN,
  UNKNOWN,
  VOLUME,
} from '../volumes.ts';

const DISCONNECT = { volume_id: VOLUME, connection_id: CONNECTION };
const FACTS = { ...THAWED, ...KNOWN };
const requested = (force = false) => ConnectionTerminationRequested.of({ connection_id: CONNECTION, force });
const terminated = (ignored_errors: readonly string[] = [], connection_id = CONNECTION) =>
  ConnectionTerminated.of({ connection_id, ignored_errors });
const FAILED = ConnectionTerminationFailed.of({ connection_id: CONNECTION, failure: FAILURE });

describe('disconnecting', () => {
  it.each([
    ['connected', connected()],
    ['left by a failed disconnection', [...connected(), requested(), FAILED]],
  ])('begins when it is %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideDisconnectVolume, DISCONNECT, FACTS)
      .thenRecords(requested());
  });

  it('goes on where the backend is frozen', () => {
    givenVolume(...created(), ...connected())
      .when(decideDisconnectVolume, DISCONNECT, { ...FROZEN_BACKEND, ...KNOWN })
      .thenRecords(requested());
  });

  it('by force takes an attached device along', () => {
    givenVolume(...created(), ...attached())
      .when(decideDisconnectVolume, { ...DISCONNECT, force: true }, FACTS)
      .thenRecords(requested(true));
  });

  it('makes the volume available with the last connection only', () => {
    const both = [...created(), ...connected(), ...connected('other'), requested()];
    givenVolume(...both).thenState({
      volume: { status: 'in-use' },
      connections: { [CONNECTION]: { status: 'disconnecting' }, other: { status: 'reserved' } },
    });
    givenVolume(...both, terminated()).thenState({
      volume: { status: 'in-use' },
      connections: { other: { status: 'reserved' } },
    });
    givenVolume(...both, terminated(), terminated([], 'other')).thenState({
      volume: { status: 'available', attach_status: 'detached' },
      connections: {},
      open: [],
    });
  });

  it('by force keeps the errors that it went past in the history', () => {
    const events = [...created(), ...attached(), requested(true), terminated(['the target did not answer'])];
    givenVolume(...events).thenState({
      volume: { status: 'available', attach_status: 'detached' },
      connections: {},
      open: [],
    });
  });

  it('keeps the attach status while another connection has a device', () => {
    givenVolume(...created(), ...attached(), ...attached('other'), requested(true), terminated()).thenState({
      volume: { status: 'in-use', attach_status: 'attached' },
    });
  });

  it('keeps the volume’s own error', () => {
    givenVolume(...created(), ...connected(), ...BROKEN, requested(), terminated()).thenState({
      volume: { status: 'error' },
      connections: {},
    });
  });

  it('leaves a failed one in error_disconnecting, and the volume in use', () => {
    givenVolume(...created(), ...connected(), requested(), FAILED).thenState({
      volume: { status: 'in-use' },
      connections: { [CONNECTION]: { status: 'error_disconnecting' } },
      open: [],
    });
  });

  it('succeeds twice: the second has nothing to do', () => {
    givenVolume(...created(), ...connected(), requested(), terminated())
      .when(decideDisconnectVolume, DISCONNECT, FACTS)
      .thenNothing();
  });
});

describe('disconnecting is refused', () => {
  it('while a device is attached', () => {
    givenVolume(...created(), ...attached())
      .when(decideDisconnectVolume, DISCONNECT, FACTS)
      .thenRefused('InvalidConnection', [CONNECTION, '/dev/loop0'], 'detach it first');
  });

  it.each([
    ['a connection', created()],
    ['a volume', []],
  ])('where there never was %s', (_, events) => {
    givenVolume(...events)
      .when(decideDisconnectVolume, DISCONNECT, { ...THAWED, ...UNKNOWN })
      .thenRefused('ConnectionNotFound', CONNECTION, 'connection list');
  });

  it('by force never for the sake of the backend', () => {
    givenVolume(...created(), ...connected())
      .when(decideDisconnectVolume, { ...DISCONNECT, force: true }, { ...NO_SUCH_BACKEND, ...KNOWN })
      .thenRecords(requested(true));
  });

  it('where the backend was forgotten', () => {
    givenVolume(...created(), ...connected())
      .when(decideDisconnectVolume, DISCONNECT, { ...NO_SUCH_BACKEND, ...KNOWN })
      .thenRefused('BackendNotFound', 'lava', 'backend add');
  });
});
