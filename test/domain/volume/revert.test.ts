import { describe, it } from 'vitest';
import {
  decideRevertToSnapshot,
  VolumeReverted,
  VolumeRevertFailed,
  VolumeRevertRequested,
} from '../../../src/domain/volume/revert.ts';
import { SnapshotCreationFailed } from '../../../src/domain/volume/snapshot-create.ts';
import { FROZEN_BACKEND, lacking, NO_SUCH_BACKEND, THAWED } from '../backends.ts';
import { by, timeOf } from '../given.ts';
import {
  BROKEN,
  connected,
  created,
  DELETED,
  FAILURE,
  givenVolume,
  pinnedFor,
  SNAPSHOT,
  snapshotRequested,
  snapshotted,
  VOLUME,
} from '../volumes.ts';

const REVERT = { volume_id: VOLUME, snapshot_id: SNAPSHOT };
const REQUESTED = VolumeRevertRequested.of({ snapshot_id: SNAPSHOT });
const TAKEN = [...created(), ...snapshotted()];
const FAILED_SNAPSHOT = [
  snapshotRequested('snapshot-2'),
  SnapshotCreationFailed.of({ snapshot_id: 'snapshot-2', failure: FAILURE }),
];

describe('reverting', () => {
  it('goes to the newest snapshot and ends available', () => {
    givenVolume(...created(), ...snapshotted('snapshot-0'), ...snapshotted())
      .when(decideRevertToSnapshot, REVERT, THAWED)
      .thenRecords(REQUESTED);
    givenVolume(...TAKEN, REQUESTED).thenState({ volume: { status: 'reverting' } });
    givenVolume(...TAKEN, REQUESTED, VolumeReverted.of({ snapshot_id: SNAPSHOT })).thenState({
      volume: { status: 'available' },
      snapshots: { [SNAPSHOT]: { status: 'available' } },
      open: [],
    });
  });

  it('leaves a failed one in error', () => {
    givenVolume(...TAKEN, REQUESTED, VolumeRevertFailed.of({ snapshot_id: SNAPSHOT, failure: FAILURE })).thenState({
      volume: { status: 'error' },
      open: [],
    });
  });
});

describe('reverting is refused', () => {
  it.each([
    ['VolumeNotFound', [], VOLUME, 'volume list'],
    ['VolumeNotFound', [...created(), ...DELETED], VOLUME, 'volume list'],
    ['InvalidVolume', [...TAKEN, ...connected()], 'in-use', 'available'],
    ['InvalidVolume', [...TAKEN, ...BROKEN], 'error', 'available'],
    ['SnapshotNotFound', created(), SNAPSHOT, 'snapshot list'],
    ['InvalidSnapshot', [...TAKEN, ...snapshotted('snapshot-2')], SNAPSHOT, 'snapshot-2'],
    ['InvalidSnapshot', [...TAKEN, ...FAILED_SNAPSHOT], SNAPSHOT, 'snapshot-2'],
    ['InvalidSnapshot', [...created(), snapshotRequested()], 'creating', 'available'],
    ['SourcePinned', [...TAKEN, pinnedFor('copy')], 'copy', 'wait'],
    ['SourcePinned', [...TAKEN, pinnedFor('copy', SNAPSHOT)], 'copy', 'wait'],
  ] as const)('(%s)', (code, events, says, remedy) => {
    givenVolume(...events)
      .when(decideRevertToSnapshot, REVERT, THAWED)
      .thenRefused(code, says, remedy);
  });

  it.each([
    ['BackendFrozen', FROZEN_BACKEND, 'frozen', 'thaw'],
    ['BackendNotFound', NO_SUCH_BACKEND, 'lava', 'backend add'],
    ['UnsupportedByDriver', lacking('revert'), 'revert', 'capabilities'],
  ] as const)('(%s)', (code, backend, says, remedy) => {
    givenVolume(...TAKEN)
      .when(decideRevertToSnapshot, REVERT, backend)
      .thenRefused(code, says, remedy);
  });

  it('to either but one of two snapshots of the same millisecond', () => {
    const at = timeOf(9);
    const twins = ['snapshot-1', 'snapshot-2'].flatMap((id) => snapshotted(id).map((event) => by(id, event, { at })));
    const given = givenVolume(...created(), ...twins);
    given.when(decideRevertToSnapshot, REVERT, THAWED).thenRefused('InvalidSnapshot', SNAPSHOT, 'snapshot-2');
    given
      .when(decideRevertToSnapshot, { ...REVERT, snapshot_id: 'snapshot-2' }, THAWED)
      .thenRecords(VolumeRevertRequested.of({ snapshot_id: 'snapshot-2' }));
  });
});
