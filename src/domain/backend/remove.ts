import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { FailureSchema } from '../volume/volume.ts';
import { BackendName, type BackendState, backendEvents, withBackend } from './backend.ts';

/** From here on no command starts on the backend; the outcome waits for those that have started. */
export const BackendRemovalRequested = backendEvents.intent('BackendRemovalRequested', z.strictObject({}), (state) =>
  withBackend(state, { status: 'removing' }),
);
/** The name is free again. */
export const BackendRemoved = backendEvents.outcome('BackendRemoved', z.strictObject({}), (state) => ({
  ...state,
  backend: null,
  questions: [],
}));
/** The backend is in use, as it was. */
export const BackendRemovalFailed = backendEvents.outcome(
  'BackendRemovalFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withBackend(state, { status: 'available' }),
);

/** Forgets a backend that holds no volumes of the log. What is on the array stays. */
export const RemoveBackend = command('RemoveBackend', z.strictObject({ name: BackendName }));

export interface InventoryFacts {
  /** Ids of the volumes that are not deleted. */
  readonly volumes: readonly string[];
}

export const backendInUse = (name: string, volumes: readonly string[]): Rejection =>
  rejections.BackendInUse(`backend "${name}" has ${volumes.length} volume(s)`, 'delete its volumes first', {
    backend: name,
    volumes: volumes.slice(0, 20),
  });

export const decideRemoveBackend = (
  state: BackendState,
  { name }: InputOf<typeof RemoveBackend>,
  facts: InventoryFacts,
): Decision => {
  if (state.backend === null) return nothingToDo;
  return facts.volumes.length > 0 ? refuse(backendInUse(name, facts.volumes)) : record(BackendRemovalRequested.of({}));
};
