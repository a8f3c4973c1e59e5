import { describe, it } from 'vitest';
import { ConnectionTerminationFailed, ConnectionTerminationRequested } from '../../../src/domain/volume/disconnect.ts';
import {
  decideEnsureVolumeExport,
  ExportEnsured,
  ExportEnsureFailed,
  ExportEnsureRequested,
} from '../../../src/domain/volume/ensure-export.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import {
  attached,
  BROKEN,
  CONNECTION,
  connected,
  connecting,
  created,
  FAILURE,
  givenVolume,
  VOLUME,
} from '../volumes.ts';

const ENSURE = { volume_id: VOLUME };
const REQUESTED = ExportEnsureRequested.of({ connections: [CONNECTION] });
const UNDISCONNECTABLE = [
  ...connected(),
  ConnectionTerminationRequested.of({ connection_id: CONNECTION, force: false }),
  ConnectionTerminationFailed.of({ connection_id: CONNECTION, failure: FAILURE }),
];

describe('ensuring the export of a volume', () => {
  it.each([
    ['connected', connected()],
    ['attached', attached()],
    ['in error, and connected', [...connected(), ...BROKEN]],
  ])('begins when it is %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideEnsureVolumeExport, ENSURE, THAWED)
      .thenRecords(REQUESTED);
  });

  it('is for all hosts that are connected, also of a frozen backend', () => {
    givenVolume(...created(), ...connected(), ...connected('connection-2', 'host-b'))
      .when(decideEnsureVolumeExport, ENSURE, FROZEN_BACKEND)
      .thenRecords(ExportEnsureRequested.of({ connections: [CONNECTION, 'connection-2'] }));
  });

  it.each([
    ['done', ExportEnsured.of({ connections: [CONNECTION] })],
    ['failed', ExportEnsureFailed.of({ failure: FAILURE })],
  ])('leaves what is seen of the volume as it was when it is %s', (_, outcome) => {
    givenVolume(...created(), ...attached(), REQUESTED, outcome).thenState({
      volume: { status: 'in-use', attach_status: 'attached' },
      connections: { [CONNECTION]: { status: 'attached' } },
      open: [],
    });
  });

  it.each([
    ['is not connected', []],
    ['may have let its host go', UNDISCONNECTABLE],
    ['is about to be connected', [connecting()]],
  ])('has nothing to do for a volume that %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideEnsureVolumeExport, ENSURE, THAWED)
      .thenNothing();
  });

  it('is refused for a volume or a backend that is not there', () => {
    givenVolume().when(decideEnsureVolumeExport, ENSURE, THAWED).thenRefused('VolumeNotFound', VOLUME, 'volume list');
    givenVolume(...created(), ...connected())
      .when(decideEnsureVolumeExport, ENSURE, NO_SUCH_BACKEND)
      .thenRefused('BackendNotFound', 'lava', 'backend add');
  });
});
