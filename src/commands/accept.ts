import * as E from 'fp-ts/lib/Either.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { OpenIntent } from '../domain/aggregate.ts';
import type { InputOf } from '../domain/decision.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import type { NewEvent, RecordedEvent } from '../domain/event.ts';
import { aggregateOf, decodeOnce, evolveStream, type StreamKind, type StreamStates } from '../domain/streams.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { KeptState, KnownCommand } from '../projections/inventory.ts';
import { type Author, EMPTY_STREAM, type StreamHead, seal } from './envelope.ts';
import { firstOutcome } from './first-outcome.ts';
import { type Given, metaOf } from './given.ts';
import type { Handover } from './handover.ts';
import { assertKeys } from './key-check.ts';
import { type AnyOperation, type EffectfulOperation, isEffectful } from './operation.ts';
import type { Performer } from './perform.ts';
import type { Services } from './services.ts';

/** A decided command whose intent is in the log. */
export interface Accepted {
  readonly operation: EffectfulOperation;
  readonly intent: RecordedEvent;
  /** Its stream, right after it. */
  readonly kept: KeptState;
}

/** What a command comes to before any effect of it. */
export type Acceptance<Kind extends StreamKind> =
  | { readonly settled: E.Either<Rejection, StreamStates[Kind]> }
  | { readonly accepted: Accepted }
  | { readonly offered: true }
  | { readonly resumed: OpenIntent }
  | { readonly blocker: OpenIntent };

/** Decides commands, and makes their intents durable. */
export class Acceptor {
  readonly #log: EventLog;
  readonly #services: Services;
  readonly #author: Author;
  readonly #performer: Performer;
  readonly #handover: Handover;

  constructor(log: EventLog, services: Services, author: Author, performer: Performer, handover: Handover) {
    this.#log = log;
    this.#services = services;
    this.#author = author;
    this.#performer = performer;
    this.#handover = handover;
  }

  async accept<Op extends AnyOperation>(
    operation: Op,
    input: InputOf<Op['command']>,
    given: Given,
    stream: string,
  ): Promise<Acceptance<Op['kind']> | 'stale'> {
    const kind: Op['kind'] = operation.kind;
    const inventory = await this.#services.read.inventory();
    const kept = inventory.kept(kind, stream);
    const state = kept?.state ?? aggregateOf(kind).initial;
    const known = inventory.command(given.commandId);
    if (known !== null && known.digest !== given.commandDigest) return { settled: E.left(reused(given, known)) };
    const standing = this.#standing(state, given);
    if (standing !== null) return standing;
    const repeated = known && (await firstOutcome(this.#log, kind, known.stream, given.commandId));
    if (repeated !== null) return { settled: repeated };
    // What records nothing has no revision to be wrong: facts that are newer than the state must not decide it.
    const unlessMoved = async (settled: E.Either<Rejection, StreamStates[Op['kind']]>) =>
      (await this.#services.read.kept(kind, stream))?.revision === kept?.revision ? { settled } : ('stale' as const);
    const services = this.#services;
    const facts = await attempted(async () => (await operation.facts?.(input, { state, inventory, services })) ?? {});
    if (E.isLeft(facts)) return unlessMoved(facts);
    const decision = operation.decide(state, input, { ...facts.right, actor: given.actor });
    if (E.isLeft(decision)) return unlessMoved(decision);
    const [first, ...others] = decision.right;
    if (first === undefined) return unlessMoved(E.right(state));
    const offer = this.#handover.offer(operation, state, others.at(-1) ?? first, inventory);
    // Children belong to what was accepted with keys at hand; whoever takes an offer up has to have them.
    if (offer === null && given.ancestors.length === 0) {
      const target = { stream, backend: (input as { readonly backend?: string }).backend };
      const keys = await attempted(() => assertKeys(operation, target, state, { inventory, services }));
      if (E.isLeft(keys)) return unlessMoved(keys);
    }
    const events = offer === null ? others : [...others, offer];
    const recorded = await this.#record(stream, kept ?? EMPTY_STREAM, [first, ...events], given);
    if (recorded === null) return 'stale';
    if (offer !== null) return { offered: true };
    const next = recorded.reduce((folded, event) => evolveStream(kind, folded, event), state);
    const intent = recorded.at(-1);
    if (!isEffectful(operation) || intent === undefined) return { settled: E.right(next) };
    const { revision, meta } = intent;
    return { accepted: { operation, intent, kept: { state: next, revision, hash: meta.hash } } };
  }

  /** What already stands open in the stream, and what it means to this command. */
  #standing(
    state: StreamStates[StreamKind],
    given: Given,
  ): { readonly blocker: OpenIntent } | { readonly resumed: OpenIntent } | null {
    const asked = state.questions.find((question) => question.command_id === given.commandId);
    if (asked !== undefined) return { resumed: asked };
    const open = state.open.find((intent) => !given.ancestors.includes(intent.command_id));
    if (open === undefined) return null;
    return this.#performer.isAbandoned(open) ? { resumed: open } : { blocker: open };
  }

  async #record(
    stream: string,
    head: StreamHead,
    events: ReadonlyNonEmptyArray<NewEvent<string, unknown>>,
    given: Given,
  ): Promise<readonly RecordedEvent[] | null> {
    const meta = { ...metaOf(given), causationId: given.causationId };
    const result = await this.#log.append(seal(stream, head, events, meta, this.#author));
    return E.isLeft(result) ? null : result.right.map(decodeOnce);
  }
}

/** What looks things up before a command is accepted may refuse it. */
const attempted = async <Found>(look: () => Promise<Found>): Promise<E.Either<Rejection, Found>> => {
  try {
    return E.right(await look());
  } catch (error) {
    if (error instanceof ScoriaError && error.kind !== 'log') return E.left(error.rejection);
    throw error;
  }
};

const reused = ({ commandId }: Given, { stream }: KnownCommand): Rejection =>
  rejections.CommandIdReused(
    `the command id ${commandId} belongs to another command, on ${stream}`,
    'give each command an id of its own; repeat a command with the same content, by id where a name has moved on',
    { command_id: commandId, stream },
  );
