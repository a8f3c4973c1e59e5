import { describe, it } from 'vitest';
import { decideSetVolumeMetadata, VolumeMetadataChanged } from '../../../src/domain/volume/metadata.ts';
import { DriverModelUpdated } from '../../../src/domain/volume/model-update.ts';
import { created, DELETED, givenVolume, SNAPSHOT, snapshotted, VOLUME } from '../volumes.ts';

const VOLUME_WITH = created({ metadata: { rack: '7', row: 'b' } });
const set = (metadata: Record<string, string | null>) =>
  givenVolume(...VOLUME_WITH).when(decideSetVolumeMetadata, { volume_id: VOLUME, metadata });

describe('metadata', () => {
  it('is set, changed and taken away key by key, and recorded whole', () => {
    set({ rack: '8', tier: 'gold', row: null }).thenRecords(
      VolumeMetadataChanged.of({ metadata: { rack: '8', tier: 'gold' } }),
    );
    givenVolume(...VOLUME_WITH, VolumeMetadataChanged.of({ metadata: { tier: 'gold' } })).thenState({
      volume: { status: 'available', metadata: { tier: 'gold' } },
    });
  });

  it.each([
    ['keys are as they were', { rack: '7' }],
    ['keys that go are not there', { colour: null }],
    ['such a key is a word that JavaScript gives every object', { constructor: null }],
    ['no key is given', {}],
  ])('has nothing to do when %s', (_, metadata) => {
    set(metadata).thenNothing();
  });

  it('may be called as JavaScript’s own words', () => {
    set({ constructor: 'x' }).thenRecords(
      VolumeMetadataChanged.of({ metadata: { rack: '7', row: 'b', constructor: 'x' } }),
    );
  });

  it.each([[[]], [[...created(), ...DELETED]]])('is refused where there is no volume', (events) => {
    givenVolume(...events)
      .when(decideSetVolumeMetadata, { volume_id: VOLUME, metadata: {} })
      .thenRefused('VolumeNotFound', VOLUME, 'volume list');
  });
});

describe('a model update', () => {
  it('changes what the array named, of the volume', () => {
    const model_update = { provider_location: '10.0.0.1:3260', provider_auth: null, metadata: { lun: '3' } };
    givenVolume(...created(), DriverModelUpdated.of({ resource: 'volume', id: VOLUME, model_update })).thenState({
      volume: { ...model_update, provider_id: null, status: 'available' },
      open: [],
    });
  });

  it('changes what the array named, of one snapshot', () => {
    const model_update = { provider_id: 'snap-77' };
    givenVolume(
      ...created(),
      ...snapshotted(),
      ...snapshotted('snapshot-2'),
      DriverModelUpdated.of({ resource: 'snapshot', id: SNAPSHOT, model_update }),
    ).thenState({
      snapshots: { [SNAPSHOT]: { provider_id: 'snap-77', status: 'available' }, 'snapshot-2': { provider_id: null } },
    });
  });

  it('of a snapshot that is gone changes nothing', () => {
    givenVolume(
      ...created(),
      DriverModelUpdated.of({ resource: 'snapshot', id: SNAPSHOT, model_update: {} }),
    ).thenState({
      snapshots: {},
    });
  });
});
