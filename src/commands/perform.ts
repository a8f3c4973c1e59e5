import * as E from 'fp-ts/lib/Either.js';
import type { OpenIntent, OpenQuestion } from '../domain/aggregate.ts';
import { type BackendState, backendStream } from '../domain/backend/backend.ts';
import { type Rejection, rejections, ScoriaError } from '../domain/errors.ts';
import type { Actor, RecordedEvent } from '../domain/event.ts';
import type { StreamKind, StreamState, StreamStates } from '../domain/streams.ts';
import { changeableBackend, knownBackend } from '../domain/volume/checks.ts';
import { asOperation, assertOurs } from '../drivers/current-operation.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { KeptState } from '../projections/inventory.ts';
import { type Claimant, Claims, FOREIGN, type Standing } from './claims.ts';
import type { EffectCalls } from './effect-calls.ts';
import { type Ending, failureOf, outcomeUnknown } from './ending.ts';
import type { Author } from './envelope.ts';
import { childOf, type Given, givenBy, type Resumption } from './given.ts';
import { assertKeys } from './key-check.ts';
import {
  type AnyEffect,
  type AnyOperation,
  callsDriver,
  type EffectfulOperation,
  isEffectful,
  Refused,
  type Work,
} from './operation.ts';
import type { Services } from './services.ts';
import { type Outcome, Settlements, takenOver } from './settlements.ts';
import type { Patience } from './waiting.ts';

type RunChild = (operation: AnyOperation, input: unknown, given: Given) => Promise<E.Either<Rejection, StreamState>>;

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
  readonly #services: Services;
  readonly #author: Author;
  readonly #operations: ReadonlyMap<string, AnyOperation>;
  readonly #calls: EffectCalls;
  readonly #settlements: Settlements;
  /** Who goes on with what stands open. */
  readonly claims: Claims;
  /** Command ids whose effects run in this process now. */
  readonly #active = new Set<string>();
  #runChild: RunChild = () => Promise.reject(new TypeError('the performer has no runner'));
  #recover: (kind: StreamKind, stream: string) => Promise<unknown> = () => Promise.resolve();

  constructor(
    log: EventLog,
    services: Services,
    author: Author & { readonly actor: Actor },
    operations: readonly AnyOperation[],
    calls: EffectCalls,
    busy: Patience,
  ) {
    this.#services = services;
    this.#author = author;
    this.#operations = new Map(operations.map((operation) => [operation.command.name, operation]));
    this.#calls = calls;
    this.#settlements = new Settlements(log, services.read, author, busy);
    this.claims = new Claims(log, services.executors, author);
  }

  runChildrenWith(runChild: RunChild): void {
    this.#runChild = runChild;
  }

  recoverWith(recover: (kind: StreamKind, stream: string) => Promise<unknown>): void {
    this.#recover = recover;
  }

  /** An intent of this process that nothing works on any more: its outcome could not be recorded. */
  isAbandoned(intent: OpenIntent): boolean {
    const isOffered = intent.offered_until !== undefined;
    return !isOffered && intent.executor === this.#author.executor && !this.#active.has(intent.command_id);
  }

  /** Whether the effect of the command of that name needs a host that may execute for the backend. */
  callsDriver(command: string): boolean {
    const operation = this.#operations.get(command);
    return operation !== undefined && callsDriver(operation);
  }

  /** Claims an intent that is offered, and performs it: nothing was called yet. `null` where another was faster. */
  async take(standing: Standing, by: Claimant): Promise<Outcome | null> {
    const { kind, stream, open, kept } = standing;
    const operation = this.#effectful(open);
    const services = this.#services;
    await assertKeys(operation, { stream }, kept.state, { inventory: await services.read.inventory(), services });
    const intent = await this.claims.intentOf(stream, open);
    if (intent === null) return null;
    const given = givenBy(intent, { beganMs: performance.now() });
    // At work before the claim, so that nobody here takes it for abandoned.
    return this.#atWork({ kind, stream, given }, async () => {
      if (!(await this.claims.takeUp(standing, intent, by))) return null;
      const claimed = await this.#services.read.kept(kind, stream);
      if (claimed === null) throw new TypeError(`${stream} holds nothing`);
      return this.#performed(operation, stream, intent, claimed, given);
    });
  }

  /** Ends an offer that nobody took up. */
  withdraw(standing: Standing, why: Rejection): Promise<void> {
    return this.claims.withdraw(standing, this.#effectful(standing.open), why);
  }

  /** Performs the effect of an intent that was just recorded. */
  async perform<Op extends EffectfulOperation>(
    operation: Op,
    stream: string,
    intent: RecordedEvent,
    kept: KeptState,
    given: Given,
  ): Promise<E.Either<Rejection, StreamStates[Op['kind']]>> {
    return this.#atWork({ kind: operation.kind, stream, given }, () =>
      this.#performed(operation, stream, intent, kept, given),
    );
  }

  async #performed(
    operation: EffectfulOperation,
    stream: string,
    intent: RecordedEvent,
    kept: KeptState,
    given: Given,
  ): Promise<Outcome> {
    const { effect } = operation;
    const work = this.#work(kept.state, intent, given);
    const refusal = effect.backend === 'must be thawed' ? await refusalBy(work.backend, kept.state) : null;
    const ending: Ending<unknown> =
      refusal === null
        ? await this.#calls.perform(effect, work, countsAgainst(effect, kept.state))
        : { kind: 'failed', failure: failureOf(refusal) };
    // Children move the stream.
    const standing = effect.reconcile === 'resume children' ? null : kept;
    return this.#settlements.settle(operation, stream, intent, given, ending, standing);
  }

  /** Takes up an intent whose effect may have happened: asks first. */
  async resume(stream: string, open: OpenIntent | OpenQuestion, { beganMs, signal }: Resumption): Promise<Outcome> {
    const operation = this.#effectful(open);
    const intent = await this.claims.intentOf(stream, open);
    if (intent === null) return E.left(outcomeUnknown(open.operation, FOREIGN, open.command_id));
    const asksAgain = 'question' in open;
    const given = givenBy(intent, { beganMs, signal, recovered: true, asksAgain });
    const kind = operation.kind as StreamKind;
    return this.#atWork({ kind, stream, given }, async () => {
      const state = await this.#services.read.state(kind, stream);
      const ending = await this.#calls.resume(operation.effect, this.#work(state, intent, given));
      return this.#settlements.settle(operation, stream, intent, given, ending, null);
    });
  }

  #effectful({ operation: name }: OpenIntent): EffectfulOperation {
    const operation = this.#operations.get(name);
    if (operation === undefined || !isEffectful(operation)) throw new TypeError(`no operation ${name} has an effect`);
    return operation;
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

  #work(state: StreamState, intent: RecordedEvent, given: Given): WorkOnBackend {
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
    if (kept === null || !this.#settlements.isOurs(kept.state, given)) throw new Refused(takenOver(given));
  }
}

/** Why the backend does not allow a change now, or `null`. */
const refusalBy = async (backend: WorkOnBackend['backend'], state: StreamState): Promise<Rejection | null> => {
  const changeable = changeableBackend(await backend(), backendNameOf(state));
  return E.isLeft(changeable) ? changeable.left : null;
};

/** The backend whose operations at once are limited, if the effect is one of these. */
const countsAgainst = ({ backend }: AnyEffect, state: StreamState): string | null =>
  backend === 'not touched' || backend === 'in any state' ? null : backendNameOf(state);

const backendNameOf = (state: StreamState): string => {
  if ('volume' in state && state.volume !== null) return state.volume.backend_name;
  if ('backend' in state && state.backend !== null) return state.backend.name;
  throw new ScoriaError(rejections.BackendNotFound('the stream has no backend', 'give a backend'));
};
