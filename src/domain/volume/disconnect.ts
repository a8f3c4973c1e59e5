import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { questionsWithout } from '../aggregate.ts';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { type BackendFacts, connectionNotFound, reachableBackend } from './checks.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import {
  attachStatus,
  FailureSchema,
  ResourceId,
  statusAfterDisconnection,
  type VolumeState,
  volumeEvents,
  withConnection,
  without,
  withVolume,
} from './volume.ts';

/** The array is about to be told to let the host go. */
export const ConnectionTerminationRequested = volumeEvents.intent(
  'ConnectionTerminationRequested',
  z.strictObject({ connection_id: ResourceId, force: z.boolean() }),
  (state, { data }) => withConnection(state, data.connection_id, { status: 'disconnecting' }),
);
/** `ignored_errors` is what a forced termination went past. */
export const ConnectionTerminated = volumeEvents.outcome(
  'ConnectionTerminated',
  z.strictObject({ connection_id: ResourceId, ignored_errors: z.array(Text).readonly() }),
  (state, { data }) => {
    const next = {
      ...state,
      connections: without(state.connections, data.connection_id),
      questions: questionsWithout(state, data.connection_id),
    };
    return withVolume(next, { status: statusAfterDisconnection(next), attach_status: attachStatus(next.connections) });
  },
);
/** The connection is `error_disconnecting`; it may be asked for again. */
export const ConnectionTerminationFailed = volumeEvents.outcome(
  'ConnectionTerminationFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => withConnection(state, data.connection_id, { status: 'error_disconnecting' }),
);

/**
 * `force` goes on past errors and records them: of the driver, of a backend that is gone, of a host that has not
 * detached. It needs a reason.
 */
export const DisconnectVolume = command(
  'DisconnectVolume',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId, force: z.boolean().optional() }),
);

export const decideDisconnectVolume = (
  state: VolumeState,
  { connection_id, force = false }: InputOf<typeof DisconnectVolume>,
  facts: BackendFacts & SnapshotFacts,
): Decision => {
  const connection = state.connections[connection_id];
  if (connection === undefined || state.volume === null) {
    return facts.idKnown ? nothingToDo : refuse(connectionNotFound(connection_id));
  }
  if (connection.device !== null && !force) {
    return refuse(
      rejections.InvalidConnection(
        `connection ${connection_id} is attached as ${String(connection.device.path)}`,
        'detach it first, or disconnect by force',
        { connection_id },
      ),
    );
  }
  const backend = reachableBackend(facts.backend, state.volume.backend_name);
  if (E.isLeft(backend) && !force) return backend;
  return record(ConnectionTerminationRequested.of({ connection_id, force }));
};
