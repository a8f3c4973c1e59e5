import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { questionsWithout } from '../aggregate.ts';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { type BackendFacts, changeableBackend, snapshotNotFound } from './checks.ts';
import { pinned } from './delete.ts';
import { RevertToSnapshot } from './revert.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents, without, withSnapshot } from './volume.ts';

/** The driver is about to be called. */
export const SnapshotDeletionRequested = volumeEvents.intent(
  'SnapshotDeletionRequested',
  z.strictObject({ snapshot_id: ResourceId }),
  (state, { data }) => withSnapshot(state, data.snapshot_id, { status: 'deleting' }),
);
/** The snapshot is gone from the array and from the volume. */
export const SnapshotDeleted = volumeEvents.outcome(
  'SnapshotDeleted',
  z.strictObject({ snapshot_id: ResourceId }),
  (state, { data }) => ({
    ...state,
    snapshots: without(state.snapshots, data.snapshot_id),
    questions: questionsWithout(state, data.snapshot_id),
  }),
);
/** The snapshot is `error_deleting`; its deletion may be asked for again. */
export const SnapshotDeletionFailed = volumeEvents.outcome(
  'SnapshotDeletionFailed',
  z.strictObject({ snapshot_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => withSnapshot(state, data.snapshot_id, { status: 'error_deleting' }),
);

/** Deletes a snapshot that nothing is being copied from, and that no volume may be halfway back to. One that is deleted changes nothing. */
export const DeleteSnapshot = command(
  'DeleteSnapshot',
  z.strictObject({ volume_id: ResourceId, snapshot_id: ResourceId }),
);

/** A revert that came halfway is repeated, or the volume has bytes of both. */
const halfReverted = ({ questions }: VolumeState, volume_id: string, snapshot_id: string): Rejection | null =>
  questions.some(({ operation }) => operation === RevertToSnapshot.name)
    ? rejections.InvalidSnapshot(
        `it is not known whether volume ${volume_id} was reverted, so snapshot ${snapshot_id} cannot be deleted`,
        `\`scoria recover\` asks again; \`scoria volume reset-status ${volume_id}\` ends the question`,
        { volume_id, snapshot_id },
      )
    : null;

const DELETABLE = ['available', 'error', 'error_deleting'];

export const decideDeleteSnapshot = (
  state: VolumeState,
  { volume_id, snapshot_id }: InputOf<typeof DeleteSnapshot>,
  facts: BackendFacts & SnapshotFacts,
): Decision => {
  const snapshot = state.snapshots[snapshot_id];
  if (snapshot === undefined || state.volume === null) {
    return facts.idKnown ? nothingToDo : refuse(snapshotNotFound(snapshot_id));
  }
  const copies = pinned(state, volume_id, snapshot_id);
  if (copies !== null) return refuse(copies);
  const revert = halfReverted(state, volume_id, snapshot_id);
  if (revert !== null) return refuse(revert);
  if (!DELETABLE.includes(snapshot.status)) {
    return refuse(
      rejections.InvalidSnapshot(
        `snapshot ${snapshot_id} is ${snapshot.status}, so it cannot be deleted`,
        `it must be ${DELETABLE.join(' or ')}`,
        { snapshot_id, status: snapshot.status },
      ),
    );
  }
  const backend = changeableBackend(facts.backend, state.volume.backend_name);
  return E.isLeft(backend) ? backend : record(SnapshotDeletionRequested.of({ snapshot_id }));
};
