import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { BackendName } from '../backend/backend.ts';
import { command, type Decision, type Facts, type InputOf, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { type BackendFacts, backendForVolume } from './checks.ts';
import {
  FailureSchema,
  Name,
  ResourceId,
  Size,
  StringMap,
  type Volume,
  VolumeSchema,
  type VolumeState,
  volumeEvents,
  withVolume,
} from './volume.ts';

/** What an intent records of a volume that is to be; its status and its time come with the event. */
export const PlannedVolumeSchema = VolumeSchema.omit({
  status: true,
  attach_status: true,
  created_at: true,
  provider_location: true,
  provider_id: true,
  provider_auth: true,
  replication_status: true,
});
export type PlannedVolume = z.infer<typeof PlannedVolumeSchema>;

export const creating = (planned: PlannedVolume, at: string): Volume => ({
  ...planned,
  status: 'creating',
  attach_status: 'detached',
  created_at: at,
  provider_location: null,
  provider_id: null,
  provider_auth: null,
  replication_status: null,
});

/** Holds everything that was asked of the volume; the driver is about to be called. */
export const VolumeCreationRequested = volumeEvents.intent(
  'VolumeCreationRequested',
  z.strictObject({ volume: PlannedVolumeSchema }),
  (state, { data, meta }) => ({ ...state, volume: creating(data.volume, meta.at) }),
);
/** The volume is on the array and may be used. */
export const VolumeCreated = volumeEvents.outcome('VolumeCreated', z.strictObject({}), (state) =>
  withVolume(state, { status: 'available' }),
);
/** Nothing of the volume is on the array; it stays as `error` until it is deleted. */
export const VolumeCreationFailed = volumeEvents.outcome(
  'VolumeCreationFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error' }),
);

/** What the caller may say of a volume that is made; the rest has defaults. */
export const volumeAttributes = {
  name: Name.nullable().optional(),
  description: Text.nullable().optional(),
  bootable: z.boolean().optional(),
  multiattach: z.boolean().optional(),
  pool_name: Text.nullable().optional(),
  availability_zone: Text.nullable().optional(),
  host: Text.nullable().optional(),
  metadata: StringMap.optional(),
  extra_specs: StringMap.optional(),
  qos_specs: StringMap.optional(),
  user_id: Text.min(1).optional(),
  project_id: Text.min(1).optional(),
};

/** A new, empty volume. What is left out has the default of its kind: `null`, `false`, `{}` or the actor. */
export const CreateVolume = command(
  'CreateVolume',
  z.strictObject({ id: ResourceId, backend: BackendName, size: Size, ...volumeAttributes }),
);

type Attributes = { readonly [Key in keyof typeof volumeAttributes]?: z.output<(typeof volumeAttributes)[Key]> };

/** A volume to be, from what the caller said, then from its source's facts, then from defaults. */
export const plan = (
  required: Pick<PlannedVolume, 'id' | 'size' | 'backend_name' | 'snapshot_id' | 'source_volid'>,
  attributes: Attributes,
  facts: Facts,
): PlannedVolume => ({
  ...required,
  name: attributes.name ?? null,
  description: attributes.description ?? null,
  bootable: attributes.bootable ?? false,
  multiattach: attributes.multiattach ?? false,
  pool_name: attributes.pool_name ?? null,
  availability_zone: attributes.availability_zone ?? null,
  host: attributes.host ?? null,
  metadata: attributes.metadata ?? {},
  extra_specs: attributes.extra_specs ?? {},
  qos_specs: attributes.qos_specs ?? {},
  user_id: attributes.user_id ?? facts.actor.user,
  project_id: attributes.project_id ?? facts.actor.project,
});

export const idTaken = (state: VolumeState, id: string) =>
  state.volume === null
    ? null
    : rejections.AlreadyExists(
        `the id ${id} belongs to a volume that is ${state.volume.status}`,
        'give another id, or none to get a new one',
        { volume_id: id, status: state.volume.status },
      );

export const decideCreateVolume = (
  state: VolumeState,
  input: InputOf<typeof CreateVolume>,
  facts: Facts & BackendFacts,
): Decision => {
  const { id, backend: backend_name, size, ...attributes } = input;
  const taken = idTaken(state, id);
  if (taken !== null) return refuse(taken);
  const backend = backendForVolume(facts.backend, backend_name, input);
  if (E.isLeft(backend)) return backend;
  const required = { id, size, backend_name, snapshot_id: null, source_volid: null };
  return record(VolumeCreationRequested.of({ volume: plan(required, attributes, facts) }));
};
