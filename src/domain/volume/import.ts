import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
import { type Decision, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { type JsonObject, JsonObjectSchema, Text } from '../json.ts';
import { type Imported, originShape } from '../origin.ts';
import { type BackendFacts, knownBackend } from './checks.ts';
import { idTaken } from './create.ts';
import { type VolumeState, VolumeStateSchema, volumeEvents } from './volume.ts';

const VolumeImportedV1 = volumeEvents.fact(
  'VolumeImported',
  z.strictObject({ source: Text, state: JsonObjectSchema }),
  (state) => state,
);

/** The order of snapshots as it went by their times, before they had an ordinal. */
const withOrdinals = (data: JsonObject): JsonObject => {
  const { source, state } = data as { readonly source: string; readonly state: JsonObject };
  const snapshots = Object.entries(state.snapshots as { readonly [id: string]: JsonObject });
  const byAge = snapshots.toSorted(([a, { created_at: at }], [b, { created_at: bt }]) =>
    `${at} ${a}` < `${bt} ${b}` ? -1 : 1,
  );
  const numbered = byAge.map(([id, snapshot], index) => [id, { ...snapshot, ordinal: index + 1 }]);
  return { source, state: { ...state, snapshots: Object.fromEntries(numbered) } };
};

const ImportedSchema = z.strictObject({ source: Text, state: VolumeStateSchema });

const VolumeImportedV2 = nextVersion(
  VolumeImportedV1,
  ImportedSchema,
  (_state, { data }): VolumeState => data.state,
  withOrdinals,
);

const VolumeImportedV3 = nextVersion(
  VolumeImportedV2,
  ImportedSchema,
  (_state, { data }): VolumeState => data.state,
  (data) => data,
);

/**
 * A volume that another log knew, with all that this log was told of it. Not a creation: nothing was made. Since version
 * 3 credentials in it are sealed, as they were in the other log. Since version 4 it tells its origin in a record of
 * another program.
 */
export const VolumeImported = nextVersion(
  VolumeImportedV3,
  ImportedSchema.extend(originShape),
  (_state, { data }): VolumeState => data.state,
  (data) => data,
);

export interface ImportFacts extends BackendFacts {
  /** The snapshots and connections of it whose ids the record has elsewhere. */
  readonly takenParts: readonly string[];
}

/** Takes over what another program knew of a volume. Its id must be new here, its backend known. */
export const decideImportVolume = (
  state: VolumeState,
  imported: Imported<VolumeState>,
  facts: ImportFacts,
): Decision => {
  const { volume } = imported.state;
  if (volume === null) return refuse(noVolume);
  const taken = idTaken(state, volume.id);
  if (taken !== null)
    return refuse({ ...taken, remedy: 'the volume of the record stays as it is; leave this one out' });
  const backend = knownBackend(facts.backend, volume.backend_name);
  if (E.isLeft(backend)) return backend;
  const [part] = facts.takenParts;
  if (part !== undefined) return refuse(partTaken(part));
  return record(VolumeImported.of(imported));
};

const noVolume = rejections.InvalidInput('the imported state holds no volume', 'give the volume that it is about');

const partTaken = (id: string) =>
  rejections.AlreadyExists(
    `the id ${id} belongs to a snapshot or a connection of another volume`,
    'leave this volume out, or delete the other snapshot or connection first',
    { id },
  );
