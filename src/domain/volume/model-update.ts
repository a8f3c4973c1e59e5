import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
import type { NewEvent } from '../event.ts';
import { Text } from '../json.ts';
import {
  ProviderShape,
  ResourceId,
  StringMap,
  type VolumeState,
  volumeEvents,
  withSnapshot,
  withVolume,
} from './volume.ts';

export const VolumeModelUpdateSchema = z.strictObject({ ...ProviderShape, metadata: StringMap }).partial();
export const SnapshotModelUpdateSchema = VolumeModelUpdateSchema.pick({
  provider_location: true,
  provider_id: true,
  metadata: true,
});

const modelUpdateOf = <Update extends z.ZodType>(update: Update) =>
  z.discriminatedUnion('resource', [
    z.strictObject({ resource: z.literal('volume'), id: ResourceId, model_update: update }),
    z.strictObject({ resource: z.literal('snapshot'), id: ResourceId, model_update: SnapshotModelUpdateSchema }),
  ]);

const InTheClear = modelUpdateOf(VolumeModelUpdateSchema.extend({ provider_auth: Text.nullable() }).partial());
const DriverModelUpdatedSchema = modelUpdateOf(VolumeModelUpdateSchema);

/**
 * What the array answered. It stands apart from the outcome, so that the history shows which facts came from it. Since
 * version 2 a credential is sealed.
 */
export const DriverModelUpdated = nextVersion(
  volumeEvents.fact('DriverModelUpdated', InTheClear),
  DriverModelUpdatedSchema,
  (state: VolumeState, { data }) =>
    data.resource === 'volume'
      ? withVolume(state, definedOnly(data.model_update))
      : withSnapshot(state, data.id, definedOnly(data.model_update)),
  (data) => data,
);

type ModelUpdated = z.infer<typeof DriverModelUpdated.schema>;

type Defined<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> };

export const definedOnly = <Value extends object>(value: Value): Defined<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<Value>;

/** The event of a driver's answer; none when it said nothing. */
export const modelUpdated = <Resource extends ModelUpdated['resource']>(
  resource: Resource,
  id: string,
  update: Extract<ModelUpdated, { resource: Resource }>['model_update'] | undefined,
): readonly NewEvent<string, unknown>[] => {
  const model_update = definedOnly(update ?? {});
  return Object.keys(model_update).length === 0
    ? []
    : [DriverModelUpdated.of({ resource, id, model_update } as ModelUpdated)];
};
