import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { knownBackend } from '../volume/checks.ts';
import { FailureSchema } from '../volume/volume.ts';
import { BackendName, type BackendState, backendEvents, withBackend } from './backend.ts';

/** From here on no command changes what is on the backend; the outcome waits for those that have started. */
export const BackendFreezeRequested = backendEvents.intent('BackendFreezeRequested', z.strictObject({}), (state) =>
  withBackend(state, { frozen: 'freezing' }),
);
/** No operation that changes the backend is under way any more. */
export const BackendFrozen = backendEvents.outcome('BackendFrozen', z.strictObject({}), (state) =>
  withBackend(state, { frozen: 'frozen' }),
);
/** The backend is thawed, as it was. */
export const BackendFreezeFailed = backendEvents.outcome(
  'BackendFreezeFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withBackend(state, { frozen: 'thawed' }),
);

/** Asked for; commands are still refused. */
export const BackendThawRequested = backendEvents.intent('BackendThawRequested', z.strictObject({}), (state) =>
  withBackend(state, { frozen: 'thawing' }),
);
/** Commands that change the backend are taken again. */
export const BackendThawed = backendEvents.outcome('BackendThawed', z.strictObject({}), (state) =>
  withBackend(state, { frozen: 'thawed' }),
);
/** The backend is frozen, as it was. */
export const BackendThawFailed = backendEvents.outcome(
  'BackendThawFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withBackend(state, { frozen: 'frozen' }),
);

/** Refuses what changes the array until it is thawed; reads, detaching and disconnecting go on. */
export const FreezeBackend = command('FreezeBackend', z.strictObject({ name: BackendName }));
/** Ends a freeze. */
export const ThawBackend = command('ThawBackend', z.strictObject({ name: BackendName }));

export const decideFreezeBackend = (state: BackendState, { name }: InputOf<typeof FreezeBackend>): Decision => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend)) return backend;
  return backend.right.frozen === 'frozen' ? nothingToDo : record(BackendFreezeRequested.of({}));
};

export const decideThawBackend = (state: BackendState, { name }: InputOf<typeof ThawBackend>): Decision => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend)) return backend;
  return backend.right.frozen === 'thawed' ? nothingToDo : record(BackendThawRequested.of({}));
};
