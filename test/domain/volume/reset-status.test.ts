import { describe, it } from 'vitest';
import { VolumeExtensionRequested } from '../../../src/domain/volume/extend.ts';
import { VolumeOutcomeUnknown } from '../../../src/domain/volume/outcome-unknown.ts';
import {
  decideResetVolumeStatus,
  VolumeStatusReset,
  VolumeStatusResetFailed,
  VolumeStatusResetRequested,
} from '../../../src/domain/volume/reset-status.ts';
import { SnapshotDeletionFailed, SnapshotDeletionRequested } from '../../../src/domain/volume/snapshot-delete.ts';
import { decideResetSnapshotStatus, SnapshotStatusReset } from '../../../src/domain/volume/snapshot-reset-status.ts';
import { NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { by } from '../given.ts';
import {
  BROKEN,
  connected,
  created,
  DELETED,
  FAILURE,
  givenVolume,
  REVERT_ASKED,
  SNAPSHOT,
  snapshotRequested,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const THERE = { ...THAWED, onArray: true };
const NOT_THERE = { ...THAWED, onArray: false };
const to = (status: 'available' | 'in-use' | 'error') => ({ volume_id: VOLUME, status });
const AVAILABLE = { status: 'available', previous_status: 'error' } as const;
const QUESTION = VolumeOutcomeUnknown.of({ question: 'did it grow?' });
const ASKED = [
  by('extension', VolumeExtensionRequested.of({ size: 20, previous_size: 10 })),
  by('extension', QUESTION),
];

describe('resetting the status of a volume', () => {
  it('makes one in error available again', () => {
    const given = givenVolume(...created(), ...BROKEN);
    given.when(decideResetVolumeStatus, to('available'), THERE).thenRecords(VolumeStatusResetRequested.of(AVAILABLE));
    const reset = [VolumeStatusResetRequested.of(AVAILABLE), VolumeStatusReset.of(AVAILABLE)];
    givenVolume(...created(), ...BROKEN, ...reset).thenState({ volume: { status: 'available' }, open: [] });
  });

  it('makes one with connections in-use again', () => {
    givenVolume(...created(), ...connected(), ...BROKEN)
      .when(decideResetVolumeStatus, to('in-use'), THERE)
      .thenRecords(VolumeStatusResetRequested.of({ status: 'in-use', previous_status: 'error' }));
  });

  it('takes one out of use, whatever the array says', () => {
    givenVolume(...created())
      .when(decideResetVolumeStatus, to('error'), { ...NO_SUCH_BACKEND, onArray: false })
      .thenRecords(VolumeStatusResetRequested.of({ status: 'error', previous_status: 'available' }));
  });

  it('settles the questions about the volume, and no others', () => {
    const asked = [
      ...created(),
      by('snapshot', snapshotRequested()),
      by('snapshot', VolumeOutcomeUnknown.of({ question: 'is it there?' })),
      ...ASKED,
    ];
    givenVolume(...asked).thenState({ questions: [{ subject: SNAPSHOT }, { subject: null }] });
    givenVolume(...asked, by('reset', VolumeStatusReset.of(AVAILABLE))).thenState({
      volume: { status: 'available' },
      questions: [{ subject: SNAPSHOT }],
    });
    const inError = VolumeStatusReset.of({ status: 'error', previous_status: 'error' });
    givenVolume(...asked, by('reset', inError)).thenState({ questions: [{}, {}] });
  });

  it('settles whether the volume was reverted: nobody reverts it again', () => {
    const asked = [...created(), ...snapshotted(), ...REVERT_ASKED];
    givenVolume(...asked).thenState({ volume: { status: 'error' }, questions: [{ command_id: 'revert' }] });
    givenVolume(...asked, by('reset', VolumeStatusReset.of(AVAILABLE))).thenState({ questions: [] });
  });

  it('leaves all as it was when it failed', () => {
    const failed = [VolumeStatusResetRequested.of(AVAILABLE), VolumeStatusResetFailed.of({ failure: FAILURE })];
    givenVolume(...created(), ...BROKEN, ...failed).thenState({ volume: { status: 'error' }, open: [] });
  });

  it('has nothing to do where the status is that already and nothing is asked', () => {
    givenVolume(...created())
      .when(decideResetVolumeStatus, to('available'), NOT_THERE)
      .thenNothing();
  });

  it.each([
    ['VolumeConnected', 'available', [...created(), ...connected(), ...BROKEN], THERE, 'connection', 'in-use'],
    ['InvalidVolume', 'in-use', [...created(), ...BROKEN], THERE, 'no connections', 'available'],
    ['NotOnArray', 'available', [...created(), ...BROKEN], NOT_THERE, VOLUME, 'volume forget'],
    ['VolumeNotFound', 'error', [...created(), ...DELETED], THERE, VOLUME, 'volume list'],
    ['BackendNotFound', 'available', [...created(), ...BROKEN], { ...NO_SUCH_BACKEND, onArray: true }, 'lava', 'add'],
  ] as const)('is refused (%s)', (code, status, events, facts, says, remedy) => {
    givenVolume(...events)
      .when(decideResetVolumeStatus, to(status), facts)
      .thenRefused(code, says, remedy);
  });
});

describe('resetting the status of a snapshot', () => {
  const STUCK = [
    ...created(),
    ...snapshotted(),
    SnapshotDeletionRequested.of({ snapshot_id: SNAPSHOT }),
    SnapshotDeletionFailed.of({ snapshot_id: SNAPSHOT, failure: FAILURE }),
  ];
  const RESET = { volume_id: VOLUME, snapshot_id: SNAPSHOT, status: 'available' } as const;
  const DONE = SnapshotStatusReset.of({
    snapshot_id: SNAPSHOT,
    status: 'available',
    previous_status: 'error_deleting',
  });

  it('makes one that could not be deleted available again', () => {
    givenVolume(...STUCK)
      .when(decideResetSnapshotStatus, RESET, THERE)
      .thenRecords(DONE);
    givenVolume(...STUCK, DONE).thenState({ snapshots: { [SNAPSHOT]: { status: 'available' } } });
  });

  it('is refused where the array has none, and where the record has none', () => {
    givenVolume(...STUCK)
      .when(decideResetSnapshotStatus, RESET, NOT_THERE)
      .thenRefused('NotOnArray', SNAPSHOT, 'snapshot delete');
    givenVolume(...created())
      .when(decideResetSnapshotStatus, RESET, THERE)
      .thenRefused('SnapshotNotFound', SNAPSHOT, 'snapshot list');
  });
});
