import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { JsonObjectSchema } from '../json.ts';
import { knownBackend } from '../volume/checks.ts';
import { FailureSchema } from '../volume/volume.ts';
import type { DriverFacts } from './add.ts';
import {
  BackendName,
  BackendSchema,
  type BackendState,
  BackendStatsSchema,
  backendEvents,
  withBackend,
} from './backend.ts';

const Configuration = BackendSchema.pick({ capabilities: true }).extend({ options: JsonObjectSchema });

/** Holds the whole configuration that is about to be tried. */
export const BackendChangeRequested = backendEvents.intent('BackendChangeRequested', Configuration, (state) =>
  withBackend(state, { status: 'changing' }),
);
/** The driver came into use with the new configuration. */
export const BackendChanged = backendEvents.outcome(
  'BackendChanged',
  z.strictObject({ ...Configuration.shape, stats: BackendStatsSchema }),
  (state, { data, meta }) => withBackend(state, { ...data, status: 'available', stats_at: meta.at }),
);
/** The configuration stays as it was. */
export const BackendChangeFailed = backendEvents.outcome(
  'BackendChangeFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withBackend(state, { status: 'available' }),
);

/** Sets the options given; `null` takes one away, the others stay. */
export const ChangeBackend = command('ChangeBackend', z.strictObject({ name: BackendName, options: JsonObjectSchema }));

export const decideChangeBackend = (
  state: BackendState,
  { name }: InputOf<typeof ChangeBackend>,
  { options, capabilities, sameConfiguration }: DriverFacts,
): Decision => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend)) return backend;
  return sameConfiguration ? nothingToDo : record(BackendChangeRequested.of({ options, capabilities }));
};
