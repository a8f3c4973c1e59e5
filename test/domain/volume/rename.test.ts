import { describe, it } from 'vitest';
import { decideRenameVolume, VolumeDescribed, VolumeRenamed } from '../../../src/domain/volume/rename.ts';
import { BROKEN, created, DELETED, givenVolume, VOLUME } from '../volumes.ts';

const RENAMED = VolumeRenamed.of({ name: 'tuff', previous_name: 'basalt' });
const DESCRIBED = VolumeDescribed.of({ description: 'light' });

describe('renaming and describing', () => {
  it('records what changed', () => {
    const given = givenVolume(...created());
    given.when(decideRenameVolume, { volume_id: VOLUME, name: 'tuff' }).thenRecords(RENAMED);
    given.when(decideRenameVolume, { volume_id: VOLUME, description: 'light' }).thenRecords(DESCRIBED);
    given
      .when(decideRenameVolume, { volume_id: VOLUME, name: 'tuff', description: 'light' })
      .thenRecords(RENAMED, DESCRIBED);
  });

  it('shows in the state and leaves the status and the other one alone', () => {
    givenVolume(...created(), ...BROKEN, RENAMED).thenState({
      volume: { name: 'tuff', description: null, status: 'error' },
    });
    givenVolume(...created(), DESCRIBED).thenState({ volume: { name: 'basalt', description: 'light' }, open: [] });
  });

  it('takes a name away with null', () => {
    givenVolume(...created())
      .when(decideRenameVolume, { volume_id: VOLUME, name: null })
      .thenRecords(VolumeRenamed.of({ name: null, previous_name: 'basalt' }));
  });

  it('has nothing to do when all is as it was', () => {
    givenVolume(...created())
      .when(decideRenameVolume, { volume_id: VOLUME, name: 'basalt', description: null })
      .thenNothing();
  });

  it.each([[[]], [[...created(), ...DELETED]]])('is refused where there is no volume', (events) => {
    givenVolume(...events)
      .when(decideRenameVolume, { volume_id: VOLUME, name: 'tuff' })
      .thenRefused('VolumeNotFound', VOLUME, 'volume list');
  });
});
