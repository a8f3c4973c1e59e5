import * as E from 'fp-ts/lib/Either.js';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { v5 as uuid5 } from 'uuid';
import type { OpenIntent } from '../domain/aggregate.ts';
import { BackendOperationClaimed, BackendOutcomeUnknown } from '../domain/backend/aggregate.ts';
import { type BackendState, backendStream } from '../domain/backend/backend.ts';
import type { InputOf } from '../domain/decision.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import type { NewEvent, RecordedEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import {
  decode,
  decodeOnce,
  evolveStream,
  type StreamKind,
  type StreamState,
  type StreamStates,
} from '../domain/streams.ts';
import { changeableBackend, knownBackend } from '../domain/volume/checks.ts';
import { VolumeOperationClaimed } from '../domain/volume/claim.ts';
import { VolumeOutcomeUnknown } from '../domain/volume/outcome-unknown.ts';
import { asOperation, assertOurs } from '../drivers/current-operation.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { KeptState } from '../projections/inventory.ts';
import type { EffectCalls } from './effect-calls.ts';
import { type Ending, endNotRecorded, failureOf, outcomeUnknown, rejectionOf } from './ending.ts';
import { type Author, type CommandMeta, commandDigest, seal } from './envelope.ts';
import { firstOutcome } from './first-outcome.ts';
import type { Given } from './given.ts';
import { type AnyOperation, type EffectfulOperation, isEffectful, Refused, type Work } from './operation.ts';
import type { Services } from './services.ts';
import { type Patience, waitingFor } from './waiting.ts';

type RunChild = (operation: AnyOperation, input: unknown, given: Given) => Promise<E.Either<Rejection, StreamState>>;

type Outcome = E.Either<Rejection, StreamState>;

/** Who goes on with an operation, and why. */
export type Claimant = Pick<Given, 'actor' | 'reason'>;

/** `stale` when the stream was moved meanwhile, perhaps by another who claims it too. */
export type Claim = 'claimed' | 'stale' | 'still at work';

/** Since when it is this executor's to go on with, and what ends it early. */
export type Resumption = Pick<Given, 'beganMs' | 'signal'>;

/** An operation that is at work here. */
interface Held {
  readonly kind: StreamKind;
  readonly stream: string;
  readonly given: Given;
}

interface WorkOnBackend extends Work<StreamKind, unknown> {
  /** The backend's stream, as it stood after the intent. */
  backend(): Promise<BackendState>;
}

/** Takes an open intent to its outcome. */
export class Performer {
  readonly #log: EventLog;
  readonly #services: Services;
  readonly #author: Author;
  readonly #operations: ReadonlyMap<string, AnyOperation>;
  readonly #calls: EffectCalls;
  readonly #busy: Patience;
  /** Command ids whose effects run in this process now. */
  readonly #active = new Set<string>();
  #runChild: RunChild = () => Promise.reject(new TypeError('the performer has no runner'));
  #recover: (kind: StreamKind, stream: string) => Promise<unknown> = () => Promise.resolve();

  constructor(
    log: EventLog,
    services: Services,
    author: Author,
    operations: readonly AnyOperation[],
    calls: EffectCalls,
    busy: Patience,
  ) {
    this.#log = log;
    this.#services = services;
    this.#author = author;
    this.#operations = new Map(operations.map((operation) => [operation.command.name, operation]));
    this.#calls = calls;
    this.#busy = busy;
  }

  runChildrenWith(runChild: RunChild): void {
    this.#runChild = runChild;
  }

  recoverWith(recover: (kind: StreamKind, stream: string) => Promise<unknown>): void {
    this.#recover = recover;
  }

  /** An intent of this process that nothing works on any more: its outcome could not be recorded. */
  isAbandoned(intent: OpenIntent): boolean {
    return intent.executor === this.#author.executor && !this.#active.has(intent.command_id);
  }

  /** Performs the effect of an intent that was just recorded. */
  async perform<Op extends EffectfulOperation>(
    operation: Op,
    stream: string,
    intent: RecordedEvent,
    kept: KeptState,
    given: Given,
  ): Promise<E.Either<Rejection, StreamStates[Op['kind']]>> {
    return this.#atWork({ kind: operation.kind, stream, given }, async () => {
      const { effect } = operation;
      const work = this.#work(operation.kind as StreamKind, kept.state, intent, given);
      const refusal = effect.backend === 'must be thawed' ? await refusalBy(work.backend, kept.state) : null;
      const ending: Ending<unknown> =
        refusal === null
          ? await this.#calls.perform(effect, work, effect.backend === 'not touched' ? null : backendNameOf(kept.state))
          : { kind: 'failed', failure: failureOf(refusal) };
      // Children move the stream.
      const standing = effect.reconcile === 'resume children' ? null : kept;
      return this.#settle(operation, stream, intent, given, ending, standing);
    });
  }

  /**
   * Makes an intent of an executor that is gone this one's own. Before, it ends what that one's commands still run:
   * nothing can be asked about an effect that is under way. One that was asked for in another log becomes a question.
   */
  async claim(kind: StreamKind, stream: string, kept: KeptState, open: OpenIntent, by: Claimant): Promise<Claim> {
    if (!(await this.#services.executors.endCommandsOf(open.executor, open.command_id))) return 'still at work';
    const intent = await this.#intent(stream, open);
    const claimed = kind === 'backend' ? BackendOperationClaimed : VolumeOperationClaimed;
    const event =
      intent === null
        ? unknownOf(kind).of({ question: FOREIGN })
        : claimed.of({ intent_id: open.event_id, from_executor: open.executor });
    const events: ReadonlyNonEmptyArray<NewEvent<string, unknown>> = [event];
    const given = intent === null ? foreignMeta(open) : metaOf(intent.meta);
    const meta = { ...given, ...by, causationId: open.event_id };
    return E.isRight(await this.#log.append(seal(stream, kept, events, meta, this.#author))) ? 'claimed' : 'stale';
  }

  /** Takes up an intent whose effect may have happened: asks first. */
  async resume(stream: string, open: OpenIntent, { beganMs, signal }: Resumption): Promise<Outcome> {
    const operation = this.#operations.get(open.operation);
    if (operation === undefined || !isEffectful(operation))
      throw new TypeError(`no operation ${open.operation} can be resumed`);
    const intent = await this.#intent(stream, open);
    if (intent === null) return E.left(outcomeUnknown(open.operation, FOREIGN, open.command_id));
    const given = givenBy(intent, { beganMs, signal });
    const kind = operation.kind as StreamKind;
    return this.#atWork({ kind, stream, given }, async () => {
      const state = await this.#services.read.state(kind, stream);
      const ending = await this.#calls.resume(operation.effect, this.#work(kind, state, intent, given));
      return this.#settle(operation, stream, intent, given, ending, null);
    });
  }

  async #atWork<Value>(held: Held, work: () => Promise<Value>): Promise<Value> {
    const { commandId, beganMs } = held.given;
    this.#active.add(commandId);
    try {
      const current = { commandId, assertOurs: () => this.#assertOurs(held) };
      return await asOperation(current, () => this.#services.executors.atWork(beganMs, work));
    } finally {
      this.#active.delete(commandId);
    }
  }

  /** `null` for what was loaded with a dump, which holds what stood open and not the events. */
  async #intent(stream: string, open: OpenIntent): Promise<RecordedEvent | null> {
    const revision = BigInt(open.revision);
    for await (const stored of this.#log.readStream(stream, { from: revision, to: revision })) {
      if (stored.id === open.event_id) return decode(stored);
    }
    return null;
  }

  #work(kind: StreamKind, state: StreamState, intent: RecordedEvent, given: Given): WorkOnBackend {
    const services = this.#services;
    const { stream } = intent;
    // Read once, and not before the intent is durable: a freeze sees the one or is seen by the other.
    let read: Promise<BackendState> | undefined;
    const backend = (): Promise<BackendState> => {
      read ??= services.read.state('backend', backendStream(backendNameOf(state)));
      return read;
    };
    return {
      state,
      intent,
      services,
      signal: given.signal,
      backend,
      driver: async () => {
        await assertOurs();
        if ('backend' in state && state.backend !== null) return services.drivers.of(state.backend);
        const found = knownBackend(await backend(), backendNameOf(state));
        if (E.isLeft(found)) throw new Refused(found.left);
        const fields = await services.drivers.secretFields(found.right);
        return services.vault.guard(await services.drivers.of(found.right), {
          stream,
          command: given.commandId,
          fields,
        });
      },
      child: async (step, child, input) => {
        await assertOurs();
        const outcome = await this.#runChild(child, input, childOf(given, intent, step, child, input));
        if (E.isLeft(outcome)) throw new Refused(outcome.left);
        return outcome.right as never;
      },
      recover: async (volume) => void (await this.#recover('volume', volume)),
    };
  }

  /** Ends what this process was at when it stood still for so long that another went on with it. */
  async #assertOurs({ kind, stream, given }: Held): Promise<void> {
    if (!this.#services.executors.wasStillSince(given.beganMs)) return;
    const kept = await this.#services.read.kept(kind, stream);
    if (kept === null || !this.#isOurs(kept.state, given)) throw new Refused(takenOver(given));
  }

  /** Whether the operation stands open and is this executor's, or nobody could tell how it ended. */
  #isOurs({ open, questions }: StreamState, { commandId }: Given): boolean {
    return (
      questions.some(({ command_id }) => command_id === commandId) ||
      open.some(({ command_id, executor }) => command_id === commandId && executor === this.#author.executor)
    );
  }

  /** How an operation ended that another executor went on with. */
  async #settledByAnother(kind: StreamKind, stream: string, given: Given): Promise<Outcome> {
    const waiting = waitingFor(this.#busy);
    const isOpen = async (): Promise<boolean> => {
      const kept = await this.#services.read.kept(kind, stream);
      return kept?.state.open.some(({ command_id }) => command_id === given.commandId) ?? false;
    };
    while ((await isOpen()) && (await waiting()));
    return (await firstOutcome(this.#log, kind, stream, given.commandId)) ?? E.left(takenOver(given));
  }

  /**
   * Records the outcome, while the intent is still open and ours: the outcome is decided too. `standing` is the stream as it
   * stood last, where nobody is likely to have moved it since.
   */
  async #settle(
    operation: EffectfulOperation,
    stream: string,
    intent: RecordedEvent,
    given: Given,
    ending: Ending<unknown>,
    standing: KeptState | null,
  ): Promise<Outcome> {
    const kind = operation.kind as StreamKind;
    for (let known = standing; ; known = null) {
      const kept = known ?? (await this.#services.read.kept(kind, stream));
      if (kept === null || !this.#isOurs(kept.state, given)) return this.#settledByAnother(kind, stream, given);
      const isAsked = kept.state.questions.some(({ command_id }) => command_id === given.commandId);
      const unknown =
        ending.kind === 'unknown' ? outcomeUnknown(given.command, ending.question, given.commandId) : null;
      if (unknown !== null && isAsked) return E.left(unknown);
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

const takenOver = ({ command, commandId }: Given): Rejection =>
  outcomeUnknown(command, 'another executor went on with it', commandId);

/** Why the backend does not allow a change now, or `null`. */
const refusalBy = async (backend: WorkOnBackend['backend'], state: StreamState): Promise<Rejection | null> => {
  const changeable = changeableBackend(await backend(), backendNameOf(state));
  return E.isLeft(changeable) ? changeable.left : null;
};

const FOREIGN = 'it was asked for in another log';

const unknownOf = (kind: StreamKind) => (kind === 'backend' ? BackendOutcomeUnknown : VolumeOutcomeUnknown);

/** Of a command whose intent is not here: nothing tells its content. */
const foreignMeta = ({ operation, command_id, correlation_id }: OpenIntent) => ({
  command: operation,
  commandId: command_id,
  commandDigest: commandDigest(operation, null),
  correlationId: correlation_id,
});

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

const backendNameOf = (state: StreamState): string => {
  if ('volume' in state && state.volume !== null) return state.volume.backend_name;
  if ('backend' in state && state.backend !== null) return state.backend.name;
  throw new ScoriaError(rejections.BackendNotFound('the stream has no backend', 'give a backend'));
};

const metaOf = ({ actor, command, commandId, commandDigest: digest, correlationId, reason }: CommandMeta) => ({
  actor,
  command,
  commandId,
  commandDigest: digest,
  correlationId,
  reason,
});

/** A command again, from its intent. */
const givenBy = ({ meta, stream }: RecordedEvent, resumption: Resumption): Given => ({
  ...metaOf(meta),
  causationId: meta.causationId,
  ancestors: [],
  held: [stream],
  recovered: true,
  ...resumption,
});

const childOf = <Child extends AnyOperation>(
  parent: Given,
  intent: RecordedEvent,
  step: string,
  child: Child,
  input: InputOf<Child['command']>,
): Given => ({
  ...metaOf(parent),
  command: child.command.name,
  commandId: uuid5(step, parent.commandId),
  commandDigest: commandDigest(child.command.name, input as Json),
  causationId: intent.id,
  ancestors: [...parent.ancestors, parent.commandId],
  held: parent.held,
  beganMs: parent.beganMs,
  signal: parent.signal,
});
