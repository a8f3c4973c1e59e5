import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { questionsWithout } from '../aggregate.ts';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { type BackendFacts, reachableBackend, snapshotNotFound } from './checks.ts';
import { notOnArray, type OnArrayFacts } from './reset-status.ts';
import { ResourceId, SnapshotSchema, type VolumeState, volumeEvents, withSnapshot } from './volume.ts';

const SettableStatus = z.enum(['available', 'error']);

/** Somebody said what the status is. With `available`, nobody asks the questions about the snapshot any more. */
export const SnapshotStatusReset = volumeEvents.fact(
  'SnapshotStatusReset',
  z.strictObject({
    snapshot_id: ResourceId,
    status: SettableStatus,
    previous_status: SnapshotSchema.shape.status,
  }),
  (state, { data: { snapshot_id, status } }) => ({
    ...withSnapshot(state, snapshot_id, { status }),
    questions: status === 'error' ? state.questions : questionsWithout(state, snapshot_id),
  }),
);

/** As with volumes: `available` needs an array that has the snapshot. Needs a reason. */
export const ResetSnapshotStatus = command(
  'ResetSnapshotStatus',
  z.strictObject({ volume_id: ResourceId, snapshot_id: ResourceId, status: SettableStatus }),
);

export const decideResetSnapshotStatus = (
  state: VolumeState,
  { snapshot_id, status }: InputOf<typeof ResetSnapshotStatus>,
  facts: BackendFacts & OnArrayFacts,
): Decision => {
  const snapshot = state.snapshots[snapshot_id];
  if (snapshot === undefined || state.volume === null) return refuse(snapshotNotFound(snapshot_id));
  if (status === snapshot.status) return nothingToDo;
  if (status === 'available') {
    const backend = reachableBackend(facts.backend, state.volume.backend_name);
    if (E.isLeft(backend)) return backend;
    if (!facts.onArray) {
      return refuse(notOnArray(`snapshot ${snapshot_id}`, `\`scoria snapshot delete ${snapshot_id}\` ends its record`));
    }
  }
  return record(SnapshotStatusReset.of({ snapshot_id, status, previous_status: snapshot.status }));
};
