import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { type JsonObject, JsonObjectSchema, Text } from '../json.ts';
import { FailureSchema } from '../volume/volume.ts';
import {
  BackendName,
  BackendSchema,
  type BackendState,
  BackendStatsSchema,
  backendEvents,
  type Capability,
  withBackend,
} from './backend.ts';

const PlannedBackendSchema = BackendSchema.pick({ name: true, driver: true, capabilities: true }).extend({
  options: JsonObjectSchema,
});

/** Asked for; the driver is about to be set up for the first time. */
export const BackendAdditionRequested = backendEvents.intent(
  'BackendAdditionRequested',
  z.strictObject({ backend: PlannedBackendSchema }),
  (state, { data, meta }) => ({
    ...state,
    backend: {
      ...data.backend,
      status: 'adding',
      frozen: 'thawed',
      stats: null,
      stats_at: null,
      created_at: meta.at,
    },
  }),
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
  z.strictObject({ name: BackendName, driver: Text.min(1), options: JsonObjectSchema.optional() }),
);

/** What the driver's definition made of the options: its own form of them, and what it is able to do. */
export interface DriverFacts {
  readonly driver: string;
  readonly options: JsonObject;
  readonly capabilities: readonly Capability[];
  /** Whether these options say the same as those that the backend has. */
  readonly sameConfiguration: boolean;
}

export const decideAddBackend = (
  state: BackendState,
  { name }: InputOf<typeof AddBackend>,
  { driver, options, capabilities, sameConfiguration }: DriverFacts,
): Decision => {
  if (state.backend === null || state.backend.status === 'error') {
    return record(BackendAdditionRequested.of({ backend: { name, driver, options, capabilities } }));
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
