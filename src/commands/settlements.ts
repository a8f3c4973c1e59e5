import * as E from 'fp-ts/lib/Either.js';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { BackendOutcomeUnknown } from '../domain/backend/aggregate.ts';
import type { Rejection } from '../domain/errors.ts';
import type { NewEvent, RecordedEvent } from '../domain/event.ts';
import { decodeOnce, evolveStream, type StreamKind, type StreamState } from '../domain/streams.ts';
import { VolumeOutcomeUnknown } from '../domain/volume/outcome-unknown.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { KeptState } from '../projections/inventory.ts';
import { type Ending, endNotRecorded, outcomeUnknown, rejectionOf } from './ending.ts';
import { type Author, seal } from './envelope.ts';
import { firstOutcome } from './first-outcome.ts';
import { type Given, metaOf } from './given.ts';
import type { EffectfulOperation } from './operation.ts';
import type { Reader } from './services.ts';
import { type Patience, waitingFor } from './waiting.ts';

export type Outcome = E.Either<Rejection, StreamState>;

/** Records how operations ended. */
export class Settlements {
  readonly #log: EventLog;
  readonly #read: Reader;
  readonly #author: Author;
  readonly #busy: Patience;

  /** `busy` is how long it waits for whoever went on with an operation of this executor. */
  constructor(log: EventLog, read: Reader, author: Author, busy: Patience) {
    this.#log = log;
    this.#read = read;
    this.#author = author;
    this.#busy = busy;
  }

  /**
   * Whether the outcome is still this executor's to record. A question that another was left with is not: what that one
   * tried may have come to its effect after this executor's own attempt ended.
   */
  isOurs({ open, questions }: StreamState, { commandId, asksAgain }: Given): boolean {
    return asksAgain
      ? questions.some(({ command_id }) => command_id === commandId)
      : open.some(({ command_id, executor }) => command_id === commandId && executor === this.#author.executor);
  }

  /** How an operation ended that another executor went on with. */
  async #settledByAnother(kind: StreamKind, stream: string, given: Given): Promise<Outcome> {
    const waiting = waitingFor(this.#busy);
    const isOpen = async (): Promise<boolean> => {
      const kept = await this.#read.kept(kind, stream);
      return kept?.state.open.some(({ command_id }) => command_id === given.commandId) ?? false;
    };
    while ((await isOpen()) && (await waiting()));
    return (await firstOutcome(this.#log, kind, stream, given.commandId)) ?? E.left(takenOver(given));
  }

  /**
   * Records the outcome, while the intent is still open and ours: the outcome is decided too. `standing` is the stream as it
   * stood last, where nobody is likely to have moved it since.
   */
  async settle(
    operation: EffectfulOperation,
    stream: string,
    intent: RecordedEvent,
    given: Given,
    ending: Ending<unknown>,
    standing: KeptState | null,
  ): Promise<Outcome> {
    const kind = operation.kind as StreamKind;
    for (let known = standing; ; known = null) {
      const kept = known ?? (await this.#read.kept(kind, stream));
      if (kept === null || !this.isOurs(kept.state, given)) return this.#settledByAnother(kind, stream, given);
      const unknown =
        ending.kind === 'unknown' ? outcomeUnknown(given.command, ending.question, given.commandId) : null;
      if (unknown !== null && given.asksAgain) return E.left(unknown);
      const events = outcomeEvents(operation, kind, intent, ending);
      if (!isNonEmpty(events)) throw new TypeError(`${given.command} has no outcome`);
      const meta = {
        ...metaOf(given),
        causationId: intent.id,
        ...(given.recovered ? { recovered: given.recovered } : {}),
      };
      const result = await this.#log.append(seal(stream, kept, events, meta, this.#author)).catch((error) => {
        throw endNotRecorded(error, given);
      });
      if (E.isLeft(result)) continue;
      if (unknown !== null) return E.left(unknown);
      if (ending.kind === 'failed') return E.left(rejectionOf(ending.failure));
      return E.right(
        result.right.reduce<StreamState>((state, event) => evolveStream(kind, state, decodeOnce(event)), kept.state),
      );
    }
  }
}

export const takenOver = ({ command, commandId }: Given): Rejection =>
  outcomeUnknown(command, 'another executor went on with it', commandId);

export const unknownOf = (kind: StreamKind) => (kind === 'backend' ? BackendOutcomeUnknown : VolumeOutcomeUnknown);

const outcomeEvents = (
  { effect }: EffectfulOperation,
  kind: StreamKind,
  intent: RecordedEvent,
  ending: Ending<unknown>,
): readonly NewEvent<string, unknown>[] => {
  const { succeeded, failed } = effect;
  switch (ending.kind) {
    case 'done':
      return succeeded(intent.data, ending.answer);
    case 'failed':
      return [failed(intent.data, ending.failure)];
    case 'unknown':
      return [unknownOf(kind).of({ question: ending.question })];
  }
};
