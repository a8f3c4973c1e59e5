import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { type JsonObject, JsonObjectSchema, Text } from '../json.ts';
import { FailureSchema } from '../volume/volume.ts';
import {
  type Backend,
  BackendName,
  BackendSchema,
  type BackendState,
  BackendStatsSchema,
  backendEvents,
  type Capability,
  withBackend,
} from './backend.ts';
import { type HostNames, HostNamesSchema } from './hosts.ts';

const PlannedBackendSchema = BackendSchema.pick({ name: true, driver: true, capabilities: true }).extend({
  options: JsonObjectSchema,
});
type PlannedBackend = z.infer<typeof PlannedBackendSchema> & { readonly hosts?: HostNames };

const adding = (planned: PlannedBackend, created_at: string): Backend => ({
  ...planned,
  status: 'adding',
  frozen: 'thawed',
  stats: null,
  stats_at: null,
  created_at,
});

const BackendAdditionRequestedV1 = backendEvents.intent(
  'BackendAdditionRequested',
  z.strictObject({ backend: PlannedBackendSchema }),
);
/** Asked for; the driver is about to be set up for the first time. Since version 2 hosts may be named. */
export const BackendAdditionRequested = nextVersion(
  BackendAdditionRequestedV1,
  z.strictObject({ backend: PlannedBackendSchema.extend({ hosts: HostNamesSchema.exactOptional() }) }),
  (state, { data, meta }): BackendState => ({ ...state, backend: adding(data.backend, meta.at) }),
  (data) => data,
);
/** The driver came into use; `stats` is what the array said first. */
export const BackendAdded = backendEvents.outcome(
  'BackendAdded',
  z.strictObject({ stats: BackendStatsSchema }),
  (state, { data, meta }) => ({
    ...withBackend(state, { status: 'available', stats: data.stats, stats_at: meta.at }),
    questions: [],
  }),
);
/** The name is free again. */
export const BackendAdditionFailed = backendEvents.outcome(
  'BackendAdditionFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => ({ ...state, backend: null }),
);

/** Brings a driver with its options into use under a name. The same name and configuration again changes nothing. */
export const AddBackend = command(
  'AddBackend',
  z.strictObject({
    name: BackendName,
    driver: Text.min(1),
    options: JsonObjectSchema.optional(),
    hosts: HostNamesSchema.optional(),
  }),
);

/** What the driver's definition made of the options: its own form of them, and what it is able to do. */
export interface DriverFacts {
  readonly driver: string;
  readonly options: JsonObject;
  readonly capabilities: readonly Capability[];
  /** Whether these options and hosts say the same as those that the backend has. */
  readonly sameConfiguration: boolean;
}

export const decideAddBackend = (
  state: BackendState,
  { name, hosts = [] }: InputOf<typeof AddBackend>,
  { driver, options, capabilities, sameConfiguration }: DriverFacts,
): Decision => {
  if (state.backend === null || state.backend.status === 'error') {
    const named = hosts.length === 0 ? {} : { hosts };
    return record(BackendAdditionRequested.of({ backend: { name, driver, options, capabilities, ...named } }));
  }
  if (sameConfiguration) return nothingToDo;
  return refuse(
    rejections.BackendConfigurationDiffers(
      `there is a backend "${name}" with another configuration`,
      'give the same configuration or another name, or change the backend',
      { backend: name },
    ),
  );
};
