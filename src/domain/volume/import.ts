import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
import { type JsonObject, JsonObjectSchema, Text } from '../json.ts';
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

/**
 * A volume that another log knew, with all that this log was told of it. Not a creation: nothing was made. Since version
 * 3 credentials in it are sealed, as they were in the other log.
 */
export const VolumeImported = nextVersion(
  VolumeImportedV2,
  ImportedSchema,
  (_state, { data }): VolumeState => data.state,
  (data) => data,
);
