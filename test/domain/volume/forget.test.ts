import { describe, it } from 'vitest';
import {
  decideForgetVolume,
  VolumeForgetFailed,
  VolumeForgetRequested,
  VolumeForgotten,
} from '../../../src/domain/volume/forget.ts';
import { decideShredVolumeSecrets } from '../../../src/domain/volume/shred-secrets.ts';
import {
  attached,
  CONNECTION,
  created,
  DELETED,
  FAILURE,
  givenVolume,
  pinnedFor,
  SNAPSHOT,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const FORGET = { volume_id: VOLUME };
const GONE = { stillThere: [] };
const FULL = [...created(), ...snapshotted(), ...attached()];
const PARTS = { snapshots: [SNAPSHOT], connections: [CONNECTION] };
const REQUESTED = VolumeForgetRequested.of({ ...PARTS, force: false });

describe('forgetting', () => {
  it('names the snapshots and connections that go with the volume', () => {
    givenVolume(...FULL)
      .when(decideForgetVolume, FORGET, GONE)
      .thenRecords(REQUESTED);
    givenVolume(...FULL, REQUESTED, VolumeForgotten.of(PARTS)).thenState({
      volume: { status: 'deleted', attach_status: 'detached' },
      snapshots: {},
      connections: {},
      open: [],
      questions: [],
    });
  });

  it('lets the keys of its credentials be destroyed while its connections are there still', () => {
    givenVolume(...FULL, REQUESTED)
      .when(decideShredVolumeSecrets, FORGET)
      .thenRecords({ type: 'VolumeSecretsShredRequested', v: 1, data: {} });
  });

  it('leaves a failed one in error, with all that it had', () => {
    givenVolume(...FULL, REQUESTED, VolumeForgetFailed.of({ failure: FAILURE })).thenState({
      volume: { status: 'error' },
      snapshots: { [SNAPSHOT]: {} },
      connections: { [CONNECTION]: {} },
    });
  });

  it('succeeds twice: the second has nothing to do', () => {
    givenVolume(...created(), ...DELETED)
      .when(decideForgetVolume, FORGET, GONE)
      .thenNothing();
  });

  it('is refused while the array has it', () => {
    givenVolume(...created())
      .when(decideForgetVolume, FORGET, { stillThere: [`volume ${VOLUME}`] })
      .thenRefused('StillOnArray', VOLUME, 'by force');
  });

  it('is refused while it is being copied, and for what never was', () => {
    givenVolume(...created(), pinnedFor('copy'))
      .when(decideForgetVolume, FORGET, GONE)
      .thenRefused('SourcePinned', 'copy', 'wait');
    givenVolume().when(decideForgetVolume, FORGET, GONE).thenRefused('VolumeNotFound', VOLUME, 'volume list');
  });
});
