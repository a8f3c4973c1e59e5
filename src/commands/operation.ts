import type { EventDefinition } from '../domain/aggregate.ts';
import type { CommandDefinition, Decision, Facts, InputOf } from '../domain/decision.ts';
import type { Rejection } from '../domain/errors.ts';
import type { NewEvent, RecordedEvent } from '../domain/event.ts';
import type { StreamKind, StreamStates } from '../domain/streams.ts';
import type { Failure } from '../domain/volume/volume.ts';
import type { Driver } from '../drivers/contract.ts';
import type { InventoryStore } from '../projections/inventory.ts';
import type { Services } from './services.ts';

/**
 * An operation, declared. The runner performs them all: it parses the input, decides on the stream's state, records
 * the intent, performs the effect and records its outcome. One without an effect ends when its events are recorded.
 */
export interface Operation<
  Kind extends StreamKind = StreamKind,
  Definition extends CommandDefinition = CommandDefinition,
  OperationFacts = unknown,
  Intent = unknown,
  Answer = unknown,
> {
  readonly command: Definition;
  readonly kind: Kind;
  /** The input has an `id`, which is made from the command's id where the caller gives none. */
  readonly creates?: true;
  /** Whoever gives it says why: always, or with such an input. */
  readonly needsReason?: true | ((input: InputOf<Definition>) => boolean);
  /** Its effect opens what is sealed in the volume, or may also seal what is new: refused where keys cannot be had. */
  readonly keys?: 'opened' | 'made';
  stream(input: InputOf<Definition>): string;
  /** Looks up what the decision needs besides the state of its own stream. Reads only. */
  facts?(input: InputOf<Definition>, context: FactsContext<Kind>): Promise<OperationFacts>;
  decide(state: StreamStates[Kind], input: InputOf<Definition>, facts: OperationFacts & Facts): Decision;
  readonly effect?: Effect<Kind, Intent, Answer>;
}

export interface FactsContext<Kind extends StreamKind> {
  readonly state: StreamStates[Kind];
  /** What there is, at least as new as `state`. */
  readonly inventory: InventoryStore;
  readonly services: Services;
}

/** The side effect between an intent and its outcome. */
export interface Effect<Kind extends StreamKind, Intent, Answer> {
  // biome-ignore lint/suspicious/noExplicitAny: the state is the aggregate's own
  readonly intent: EventDefinition<any, string, Intent>;
  /** What a frozen (or going) backend means to it. One that does not touch it calls no driver, so that any host may perform it. */
  readonly backend: 'must be thawed' | 'may be frozen' | 'in any state' | 'not touched';
  /** Ends as a driver's call does (`drivers/contract.ts`): an answer, a failure, or unknown. */
  perform(work: Work<Kind, Intent>): Promise<Answer>;
  succeeded(intent: Intent, answer: Answer): readonly NewEvent<string, unknown>[];
  failed(intent: Intent, failure: Failure): NewEvent<string, unknown>;
  /**
   * Learns whether the effect happened after a call that ended neither way. `'perform again'` where performing twice
   * is the same as once and the answer is needed; `'resume children'` where the effect is child operations, each of
   * which learns for itself.
   */
  readonly reconcile: ((work: Work<Kind, Intent>) => Promise<Reconciled<Answer>>) | 'perform again' | 'resume children';
  /** Takes away what may be half made of an effect that did not happen, when nobody is at it any more. May be repeated. */
  readonly undo?: (work: Work<Kind, NoInfer<Intent>>) => Promise<void>;
}

export type Reconciled<Answer> = { readonly happened: true; readonly answer: Answer } | { readonly happened: false };

/** What an effect works with. */
export interface Work<Kind extends StreamKind, Intent> {
  /** The stream's state after the intent. */
  readonly state: StreamStates[Kind];
  readonly intent: RecordedEvent<string, Intent>;
  readonly services: Services;
  /** Aborted when whoever gave the command wants no more of it. */
  readonly signal?: AbortSignal | undefined;
  /** The driver of the volume's backend, set up. */
  driver(): Promise<Driver>;
  /** Runs an operation as a child: under a command id made from the parent's and `step`, so that it happens once. */
  child<Child extends AnyOperation>(
    step: string,
    operation: Child,
    input: InputOf<Child['command']>,
  ): Promise<StreamStates[Child['kind']]>;
  /** Settles what executors that are gone left open in the stream of a volume. */
  recover(volumeStream: string): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a place for every operation, whatever its facts, intent and answer
export type AnyOperation = Operation<any, any, any, any, any>;

// biome-ignore lint/suspicious/noExplicitAny: an effect of any operation
export type AnyEffect = Effect<any, any, any>;
export type EffectfulOperation = AnyOperation & { readonly effect: AnyEffect };

export const isEffectful = (candidate: AnyOperation): candidate is EffectfulOperation => candidate.effect !== undefined;

/** Whether its effect needs a host that may execute for the backend. */
export const callsDriver = (candidate: AnyOperation): boolean =>
  isEffectful(candidate) && candidate.effect.backend !== 'not touched';

/** An effect that must not go on: ends the operation as failed, with this rejection. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.message);
    this.rejection = rejection;
  }
}

export const operation = <
  Kind extends StreamKind,
  Definition extends CommandDefinition,
  OperationFacts,
  Intent,
  Answer,
>(
  declared: Operation<Kind, Definition, OperationFacts, Intent, Answer>,
): Operation<Kind, Definition, OperationFacts, Intent, Answer> => declared;
