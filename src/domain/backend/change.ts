import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { nextVersion } from '../aggregate.ts';
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
import { HostNamesSchema } from './hosts.ts';

const Configuration = BackendSchema.pick({ capabilities: true }).extend({ options: JsonObjectSchema });

const Hosts = { hosts: HostNamesSchema.exactOptional() };

const BackendChangeRequestedV1 = backendEvents.intent('BackendChangeRequested', Configuration);
/**
 * Holds the whole configuration that is about to be tried, by one of the hosts that it names. Since version 2 hosts may be
 * named.
 */
export const BackendChangeRequested = nextVersion(
  BackendChangeRequestedV1,
  Configuration.extend(Hosts),
  (state) => withBackend(state, { status: 'changing' }),
  (data) => data,
);
const BackendChangedV1 = backendEvents.outcome(
  'BackendChanged',
  z.strictObject({ ...Configuration.shape, stats: BackendStatsSchema }),
);
/** The driver came into use with the new configuration. Since version 2 hosts may be named. */
export const BackendChanged = nextVersion(
  BackendChangedV1,
  z.strictObject({ ...Configuration.shape, ...Hosts, stats: BackendStatsSchema }),
  (state, { data, meta }) => withBackend(state, { ...data, status: 'available', stats_at: meta.at }),
  (data) => data,
);
/** The configuration stays as it was. */
export const BackendChangeFailed = backendEvents.outcome(
  'BackendChangeFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withBackend(state, { status: 'available' }),
);

/**
 * Sets the options given; `null` takes one away, the others stay. So do the hosts that may execute for it, unless they are
 * given: none is any host.
 */
export const ChangeBackend = command(
  'ChangeBackend',
  z.strictObject({ name: BackendName, options: JsonObjectSchema.optional(), hosts: HostNamesSchema.optional() }),
);

export const decideChangeBackend = (
  state: BackendState,
  { name, hosts }: InputOf<typeof ChangeBackend>,
  { options, capabilities, sameConfiguration }: DriverFacts,
): Decision => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend)) return backend;
  if (sameConfiguration) return nothingToDo;
  const present = backend.right.hosts;
  const wished = hosts ?? present ?? [];
  // That any host may execute is said where it was not so before: any host may try the change then.
  const named = wished.length === 0 && present === undefined ? {} : { hosts: wished };
  return record(BackendChangeRequested.of({ options, capabilities, ...named }));
};
