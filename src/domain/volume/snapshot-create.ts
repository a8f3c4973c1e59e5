import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type Facts, type InputOf, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { type BackendFacts, capableBackend, volumeInStatus } from './checks.ts';
import {
  FailureSchema,
  Name,
  newestSnapshot,
  ResourceId,
  SnapshotSchema,
  StringMap,
  type VolumeState,
  volumeEvents,
  withSnapshot,
} from './volume.ts';

const PlannedSnapshotSchema = SnapshotSchema.omit({
  status: true,
  created_at: true,
  ordinal: true,
  provider_location: true,
  provider_id: true,
});

/** What an import brought may be the last number that is exact. */
const ordinalAfter = (ordinal: number): number => (Number.isSafeInteger(ordinal + 1) ? ordinal + 1 : ordinal);

/** The array is about to keep the bytes that the volume has now. */
export const SnapshotCreationRequested = volumeEvents.intent(
  'SnapshotCreationRequested',
  z.strictObject({ snapshot: PlannedSnapshotSchema }),
  (state, { data, meta }) => ({
    ...state,
    snapshots: {
      ...state.snapshots,
      [data.snapshot.id]: {
        ...data.snapshot,
        status: 'creating',
        created_at: meta.at,
        ordinal: ordinalAfter(newestSnapshot(state)?.ordinal ?? 0),
        provider_location: null,
        provider_id: null,
      },
    },
  }),
);
/** The snapshot may be used. */
export const SnapshotCreated = volumeEvents.outcome(
  'SnapshotCreated',
  z.strictObject({ snapshot_id: ResourceId }),
  (state, { data }) => withSnapshot(state, data.snapshot_id, { status: 'available' }),
);
/** Nothing of the snapshot is on the array; it stays as `error` until it is deleted. */
export const SnapshotCreationFailed = volumeEvents.outcome(
  'SnapshotCreationFailed',
  z.strictObject({ snapshot_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => withSnapshot(state, data.snapshot_id, { status: 'error' }),
);

/** Keeps a volume's bytes as they are now. */
export const CreateSnapshot = command(
  'CreateSnapshot',
  z.strictObject({
    id: ResourceId,
    volume_id: ResourceId,
    name: Name.nullable().optional(),
    description: Text.nullable().optional(),
    metadata: StringMap.optional(),
    user_id: Text.min(1).optional(),
    project_id: Text.min(1).optional(),
  }),
);

export interface SnapshotFacts {
  /** Whether the log ever held a snapshot or connection with this id. */
  readonly idKnown: boolean;
}

export const decideCreateSnapshot = (
  state: VolumeState,
  input: InputOf<typeof CreateSnapshot>,
  facts: Facts & BackendFacts & SnapshotFacts,
): Decision => {
  const { id, volume_id } = input;
  const volume = volumeInStatus(state, volume_id, 'snapshotted', ['available', 'in-use']);
  if (E.isLeft(volume)) return volume;
  if (facts.idKnown || state.snapshots[id] !== undefined) {
    return refuse(
      rejections.AlreadyExists(`the id ${id} is taken`, 'give another id, or none to get a new one', {
        snapshot_id: id,
      }),
    );
  }
  const backend = capableBackend(facts.backend, volume.right.backend_name, 'snapshots');
  if (E.isLeft(backend)) return backend;
  return record(
    SnapshotCreationRequested.of({
      snapshot: {
        id,
        volume_id,
        name: input.name ?? null,
        description: input.description ?? null,
        volume_size: volume.right.size,
        metadata: input.metadata ?? {},
        user_id: input.user_id ?? facts.actor.user,
        project_id: input.project_id ?? facts.actor.project,
      },
    }),
  );
};
