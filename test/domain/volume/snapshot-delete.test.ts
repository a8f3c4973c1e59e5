import { describe, it } from 'vitest';
import { SnapshotCreationFailed } from '../../../src/domain/volume/snapshot-create.ts';
import {
  decideDeleteSnapshot,
  SnapshotDeleted,
  SnapshotDeletionFailed,
  SnapshotDeletionRequested,
} from '../../../src/domain/volume/snapshot-delete.ts';
import { FROZEN_BACKEND, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import {
  BROKEN,
  created,
  FAILURE,
  givenVolume,
  KNOWN,
  pinnedFor,
  REVERT_ASKED,
  SNAPSHOT,
  snapshotRequested,
  snapshotted,
  UNKNOWN,
  VOLUME,
} from '../volumes.ts';

const DELETE = { volume_id: VOLUME, snapshot_id: SNAPSHOT };
const OF_SNAPSHOT = { snapshot_id: SNAPSHOT };
const FACTS = { ...THAWED, ...KNOWN };
const DELETING = SnapshotDeletionRequested.of(OF_SNAPSHOT);
const FAILED = SnapshotDeletionFailed.of({ ...OF_SNAPSHOT, failure: FAILURE });

describe('deleting a snapshot', () => {
  it.each([
    ['available', snapshotted()],
    ['of a volume in error', [...snapshotted(), ...BROKEN]],
    ['error', [snapshotRequested(), SnapshotCreationFailed.of({ ...OF_SNAPSHOT, failure: FAILURE })]],
    ['error_deleting', [...snapshotted(), DELETING, FAILED]],
  ])('begins when it is %s', (_, events) => {
    givenVolume(...created(), ...events)
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenRecords(DELETING);
  });

  it('takes that snapshot away, no other', () => {
    const events = [...created(), ...snapshotted(), ...snapshotted('snapshot-2'), DELETING];
    givenVolume(...events).thenState({
      snapshots: { [SNAPSHOT]: { status: 'deleting' }, 'snapshot-2': { status: 'available' } },
    });
    givenVolume(...events, SnapshotDeleted.of(OF_SNAPSHOT)).thenState({
      snapshots: { 'snapshot-2': { status: 'available' } },
      open: [],
    });
  });

  it('leaves a failed deletion in error_deleting', () => {
    givenVolume(...created(), ...snapshotted(), DELETING, FAILED).thenState({
      volume: { status: 'available' },
      snapshots: { [SNAPSHOT]: { status: 'error_deleting' } },
      open: [],
    });
  });

  it('succeeds twice: the second has nothing to do', () => {
    givenVolume(...created(), ...snapshotted(), DELETING, SnapshotDeleted.of(OF_SNAPSHOT))
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenNothing();
  });
});

describe('deleting a snapshot is refused', () => {
  it.each([
    ['a snapshot', created()],
    ['a volume', []],
  ])('where there never was %s', (_, events) => {
    givenVolume(...events)
      .when(decideDeleteSnapshot, DELETE, { ...THAWED, ...UNKNOWN })
      .thenRefused('SnapshotNotFound', SNAPSHOT, 'snapshot list');
  });

  it.each([
    ['it', SNAPSHOT],
    ['its volume', null],
  ])('while %s is being copied', (_, snapshot_id) => {
    givenVolume(...created(), ...snapshotted(), pinnedFor('copy', snapshot_id))
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenRefused('SourcePinned', 'copy', 'wait');
  });

  it('but not while another snapshot is being copied', () => {
    givenVolume(...created(), ...snapshotted(), ...snapshotted('snapshot-2'), pinnedFor('copy', 'snapshot-2'))
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenRecords(DELETING);
  });

  it.each([
    ['creating', [snapshotRequested()]],
    ['deleting', [...snapshotted(), DELETING]],
  ])('while it is %s', (status, events) => {
    givenVolume(...created(), ...events)
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenRefused('InvalidSnapshot', [SNAPSHOT, status], 'available or error or error_deleting');
  });

  it('while it is not known whether the volume was reverted', () => {
    givenVolume(...created(), ...snapshotted(), ...REVERT_ASKED)
      .when(decideDeleteSnapshot, DELETE, FACTS)
      .thenRefused('InvalidSnapshot', [VOLUME, SNAPSHOT], 'scoria recover');
  });

  it.each([
    ['BackendFrozen', FROZEN_BACKEND, 'frozen', 'thaw'],
    ['BackendNotFound', NO_SUCH_BACKEND, 'lava', 'backend add'],
  ] as const)('(%s)', (code, backend, says, remedy) => {
    givenVolume(...created(), ...snapshotted())
      .when(decideDeleteSnapshot, DELETE, { ...backend, ...KNOWN })
      .thenRefused(code, says, remedy);
  });
});
