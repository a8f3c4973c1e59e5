import * as E from 'fp-ts/lib/Either.js';
import type { Rejection } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { decode, eventDefinitions, evolveStream, type StreamKind, type StreamStates } from '../domain/streams.ts';
import type { Failure } from '../domain/volume/volume.ts';
import type { EventLog } from '../eventlog/port.ts';
import { rejectionOf } from './ending.ts';

/**
 * What a command came to when it was first given: the state of its stream at its last event, or its failure. Folds
 * the stream from its beginning, which only repeated commands pay for.
 */
export const firstOutcome = async <Kind extends StreamKind>(
  log: EventLog,
  kind: Kind,
  stream: string,
  commandId: string,
): Promise<E.Either<Rejection, StreamStates[Kind]> | null> => {
  let state: StreamStates[Kind] | null = null;
  let found: E.Either<Rejection, StreamStates[Kind]> | null = null;
  for await (const stored of log.readStream(stream)) {
    const event = decode(stored);
    if (event.meta.commandId !== commandId) {
      // A command without an effect records all its events at once.
      if (found !== null) return found;
      state = evolveStream(kind, state, event);
      continue;
    }
    state = evolveStream(kind, state, event);
    const role = eventDefinitions.get(event.type)?.role;
    if (role === 'outcome') return outcomeOf(event, state);
    if (role === 'fact' && state.open.every((intent) => intent.command_id !== commandId)) found = E.right(state);
  }
  return found;
};

export const outcomeOf = <State>(event: RecordedEvent, state: State): E.Either<Rejection, State> => {
  const failure = event.data.failure as Failure | undefined;
  return failure === undefined ? E.right(state) : E.left(rejectionOf(failure));
};
