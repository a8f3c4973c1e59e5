import { describe, it } from 'vitest';
import { VolumeCreationFailed } from '../../../src/domain/volume/create.ts';
import {
  decideDeleteVolume,
  VolumeDeleted,
  VolumeDeletionFailed,
  VolumeDeletionRequested,
} from '../../../src/domain/volume/delete.ts';
import { VolumeOutcomeUnknown } from '../../../src/domain/volume/outcome-unknown.ts';
import { SourceUnpinned } from '../../../src/domain/volume/pin.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { by } from '../given.ts';
import {
  BROKEN,
  connected,
  created,
  creating,
  DELETED,
  DELETING,
  FAILURE,
  givenVolume,
  pinnedFor,
  SNAPSHOT,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const DELETE = { volume_id: VOLUME };
const FAILED_DELETION = [...DELETING, VolumeDeletionFailed.of({ failure: FAILURE })];

describe('deleting a volume', () => {
  it.each([
    ['available', created()],
    ['error', [...created(), ...BROKEN]],
    ['error after a failed creation', [...creating(), VolumeCreationFailed.of({ failure: FAILURE })]],
    ['error_deleting', [...created(), ...FAILED_DELETION]],
    ['no longer pinned', [...created(), pinnedFor('copy'), SourceUnpinned.of({ pin_id: 'pin-copy' })]],
  ])('begins when it is %s', (_, events) => {
    givenVolume(...events)
      .when(decideDeleteVolume, DELETE, THAWED)
      .thenRecords(VolumeDeletionRequested.of({}));
  });

  it('succeeds twice: the second has nothing to do', () => {
    givenVolume(...created(), ...DELETED)
      .when(decideDeleteVolume, DELETE, NO_SUCH_BACKEND)
      .thenNothing();
  });

  it('has the status of each step, and keeps the id taken', () => {
    givenVolume(...created(), ...DELETING).thenState({ volume: { status: 'deleting' }, open: [{ revision: '2' }] });
    givenVolume(...created(), ...DELETED).thenState({ volume: { id: VOLUME, status: 'deleted' }, open: [] });
  });

  it('leaves a failed deletion in error_deleting', () => {
    givenVolume(...created(), ...FAILED_DELETION).thenState({ volume: { status: 'error_deleting' }, open: [] });
  });

  it('answers what was still asked about the volume', () => {
    const asked = [
      ...creating().map((event) => by('creation', event)),
      by('creation', VolumeOutcomeUnknown.of({ question: 'made?' })),
    ];
    givenVolume(...asked).thenState({ questions: [{ command_id: 'creation' }] });
    givenVolume(...asked, ...DELETING, VolumeDeleted.of({})).thenState({ questions: [], open: [] });
  });
});

describe('deleting a volume is refused', () => {
  it('where there is none', () => {
    givenVolume().when(decideDeleteVolume, DELETE, THAWED).thenRefused('VolumeNotFound', VOLUME, 'scoria volume list');
  });

  it('with snapshots', () => {
    givenVolume(...created(), ...snapshotted())
      .when(decideDeleteVolume, DELETE, THAWED)
      .thenRefused('VolumeHasSnapshots', [VOLUME, '1 snapshot'], 'delete its snapshots');
  });

  it('with connections', () => {
    givenVolume(...created(), ...connected())
      .when(decideDeleteVolume, DELETE, THAWED)
      .thenRefused('VolumeConnected', [VOLUME, '1 connection'], 'detach');
  });

  it.each([
    ['the volume', null],
    ['a snapshot that is gone', SNAPSHOT],
  ])('while %s is being copied', (_, snapshot_id) => {
    givenVolume(...created(), pinnedFor('copy', snapshot_id))
      .when(decideDeleteVolume, DELETE, THAWED)
      .thenRefused('SourcePinned', [VOLUME, 'copy'], 'wait');
  });

  it.each([
    ['creating', creating()],
    ['deleting', [...created(), ...DELETING]],
  ])('while it is %s', (status, events) => {
    givenVolume(...events)
      .when(decideDeleteVolume, DELETE, THAWED)
      .thenRefused('InvalidVolume', [VOLUME, status], 'available or error or error_deleting');
  });

  it('on a frozen or a forgotten backend', () => {
    givenVolume(...created())
      .when(decideDeleteVolume, DELETE, FROZEN_BACKEND)
      .thenRefused('BackendFrozen', 'frozen', 'thaw');
    givenVolume(...created())
      .when(decideDeleteVolume, DELETE, NO_SUCH_BACKEND)
      .thenRefused('BackendNotFound', 'lava', 'add');
  });
});
