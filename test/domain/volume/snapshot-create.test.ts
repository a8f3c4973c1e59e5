import { describe, it } from 'vitest';
import {
  decideCreateSnapshot,
  SnapshotCreated,
  SnapshotCreationFailed,
  SnapshotCreationRequested,
} from '../../../src/domain/volume/snapshot-create.ts';
import { FROZEN_BACKEND, lacking, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { ACTOR, timeOf } from '../given.ts';
import {
  BROKEN,
  connected,
  created,
  creating,
  DELETED,
  FAILURE,
  givenVolume,
  KNOWN,
  SNAPSHOT,
  snapshotRequested,
  snapshotted,
  UNKNOWN,
  VOLUME,
} from '../volumes.ts';

const TAKE = { id: SNAPSHOT, volume_id: VOLUME };
const FACTS = { actor: ACTOR, ...THAWED, ...UNKNOWN };

describe('taking a snapshot', () => {
  it.each([
    ['available', created()],
    ['in-use', [...created(), ...connected()]],
  ])('leaves the volume %s', (status, events) => {
    givenVolume(...events)
      .when(decideCreateSnapshot, TAKE, FACTS)
      .thenRecords(snapshotRequested());
    givenVolume(...events, snapshotRequested()).thenState({
      volume: { status },
      snapshots: { [SNAPSHOT]: { status: 'creating', volume_size: 10, created_at: timeOf(events.length) } },
    });
    givenVolume(...events, ...snapshotted()).thenState({
      volume: { status },
      snapshots: { [SNAPSHOT]: { status: 'available' } },
      open: [],
    });
  });

  it('keeps what the caller said', () => {
    const said = {
      name: 'before',
      description: 'the flood',
      metadata: { a: 'b' },
      user_id: 'bob',
      project_id: 'roads',
    };
    givenVolume(...created({ size: 12 }))
      .when(decideCreateSnapshot, { ...TAKE, ...said }, FACTS)
      .thenRecords(
        SnapshotCreationRequested.of({ snapshot: { id: SNAPSHOT, volume_id: VOLUME, volume_size: 12, ...said } }),
      );
  });

  it('leaves a failed snapshot in error and the volume as it was', () => {
    const failed = SnapshotCreationFailed.of({ snapshot_id: SNAPSHOT, failure: FAILURE });
    givenVolume(...created(), snapshotRequested(), failed).thenState({
      volume: { status: 'available' },
      snapshots: { [SNAPSHOT]: { status: 'error' } },
      open: [],
    });
  });

  it('ignores the outcome of a snapshot that it does not know', () => {
    givenVolume(...created(), SnapshotCreated.of({ snapshot_id: SNAPSHOT })).thenState({ snapshots: {} });
  });
});

describe('a snapshot is refused', () => {
  it.each([
    ['VolumeNotFound', [], FACTS, VOLUME, 'volume list'],
    ['VolumeNotFound', [...created(), ...DELETED], FACTS, VOLUME, 'volume list'],
    ['InvalidVolume', creating(), FACTS, 'creating', 'available or in-use'],
    ['InvalidVolume', [...created(), ...BROKEN], FACTS, 'error', 'available or in-use'],
    ['AlreadyExists', [...created(), ...snapshotted()], FACTS, SNAPSHOT, 'another id'],
    ['AlreadyExists', created(), { ...FACTS, ...KNOWN }, SNAPSHOT, 'another id'],
    ['UnsupportedByDriver', created(), { ...FACTS, ...lacking('snapshots') }, 'snapshots', 'capabilities'],
    ['BackendFrozen', created(), { ...FACTS, ...FROZEN_BACKEND }, 'frozen', 'thaw'],
    ['BackendNotFound', created(), { ...FACTS, ...NO_SUCH_BACKEND }, 'lava', 'backend add'],
  ] as const)('(%s)', (code, events, facts, says, remedy) => {
    givenVolume(...events)
      .when(decideCreateSnapshot, TAKE, facts)
      .thenRefused(code, says, remedy);
  });
});
