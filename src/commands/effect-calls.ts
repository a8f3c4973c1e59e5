import { rejections } from '../domain/errors.ts';
import type { StreamKind } from '../domain/streams.ts';
import { Limits } from '../lines.ts';
import { type Bounds, callWithin } from './bounded-call.ts';
import { credentialIn } from './credentials.ts';
import { type Ending, endingOf, failureOf, notHappened, type Unknown } from './ending.ts';
import { whyUnrecordable } from './envelope.ts';
import { type AnyEffect, Refused, type Work } from './operation.ts';
import { eitherSignal, type Patience, waitingFor } from './waiting.ts';

export interface EffectCallOptions {
  /** A driver call that takes longer has an unknown end. */
  readonly bounds: Bounds;
  /** How long `reconcile` is asked about a call that ended neither way. */
  readonly reconcile: Patience;
  readonly operationsPerBackend: number;
}

/** An array that answers at all answers a question by then. */
const QUESTION_MS = 60_000;

/** Whoever gave the command wanted no more of it before its turn came. */
const notCalled: Ending<never> = {
  kind: 'failed',
  failure: failureOf(rejections.DriverFailed('it was stopped before the driver was called', 'give the command again')),
};

type AnyWork = Work<StreamKind, unknown>;

/** Calls effects, and finds out how they ended. */
export class EffectCalls {
  readonly #options: EffectCallOptions;
  readonly #limits: Limits;
  /** Calls that were slower than the timeout, by command id: none of them is made twice at the same time. */
  readonly #late = new Map<string, Promise<Ending<unknown>>>();

  constructor(options: EffectCallOptions) {
    this.#options = options;
    this.#limits = new Limits(options.operationsPerBackend);
  }

  /** Performs the effect, and asks `reconcile` when the call ends neither way. `backend` is what it counts against. */
  async perform(effect: AnyEffect, work: AnyWork, backend: string | null): Promise<Ending<unknown>> {
    const perform = () => this.#called(effect, work, () => effect.perform(work));
    const ending = await (backend === null ? perform() : this.#limits.within(backend, perform, work.signal));
    if (ending === null) return notCalled;
    return ending.kind === 'unknown' ? this.#asked(effect, work, ending) : ending;
  }

  /** Finds out about an effect whose call was interrupted, or is still under way. */
  async resume(effect: AnyEffect, work: AnyWork): Promise<Ending<unknown>> {
    if (effect.reconcile === 'resume children') return this.perform(effect, work, null);
    const pending = this.#late.get(work.intent.meta.commandId);
    const question = 'the operation was interrupted';
    return this.#asked(effect, work, { kind: 'unknown', question, ...(pending === undefined ? {} : { pending }) });
  }

  /** How a call to an effect ended. One that is slower than its time may still come to it. */
  async #called(effect: AnyEffect, work: AnyWork, call: () => Promise<unknown>): Promise<Ending<unknown>> {
    // A parent is as slow as its children, which have timeouts of their own.
    if (effect.reconcile === 'resume children') return answered(effect, work, call);
    const ending = await this.#within(this.#options.bounds.timeoutMs, effect, work, call);
    if (ending.kind !== 'unknown' || ending.pending === undefined) return ending;
    const { commandId } = work.intent.meta;
    this.#late.set(commandId, ending.pending);
    const forget = () => void this.#late.delete(commandId);
    ending.pending.then(forget, forget);
    return ending;
  }

  async #within(
    timeoutMs: number,
    effect: AnyEffect,
    work: AnyWork,
    call: () => Promise<unknown>,
  ): Promise<Ending<unknown>> {
    const { bounds } = this.#options;
    const end = await callWithin({ ...bounds, timeoutMs, signal: eitherSignal(bounds.signal, work.signal) }, () =>
      answered(effect, work, call),
    );
    return 'ended' in end ? end.ended : { kind: 'unknown', ...end };
  }

  /** Asks the driver about a call that ended neither way, until it knows or patience ends. */
  async #asked(effect: AnyEffect, work: AnyWork, ending: Unknown): Promise<Ending<unknown>> {
    if (effect.reconcile === 'resume children') return ending;
    const { reconcile: patience } = this.#options;
    const waiting = waitingFor({ ...patience, signal: eitherSignal(patience.signal, work.signal) });
    let last = ending;
    let again = last.question;
    do {
      const late = last.pending === undefined ? null : await endedAlready(last.pending);
      const answer = late ?? (await this.#askedOnce(effect, work, last));
      if (answer.kind !== 'unknown') return answer;
      if (late?.kind === 'unknown') last = late;
      again = answer.question;
    } while (await waiting());
    return again === last.question ? last : { ...last, question: `${last.question}; asked again: ${again}` };
  }

  async #askedOnce(effect: AnyEffect, work: AnyWork, ending: Unknown): Promise<Ending<unknown>> {
    const { reconcile } = effect;
    const { pending, question } = ending;
    if (typeof reconcile === 'string') {
      // Never twice at the same time.
      return pending === undefined ? this.#called(effect, work, () => aboutTheFirst(effect.perform(work))) : ending;
    }
    const { bounds, reconcile: patience } = this.#options;
    const timeoutMs = Math.min(bounds.timeoutMs, Math.max(patience.totalMs, QUESTION_MS));
    return this.#within(timeoutMs, effect, work, async () => {
      const reconciled = await aboutTheFirst(reconcile(work));
      if (reconciled.happened) return reconciled.answer;
      // What has not happened while the call is still under way may yet happen.
      if (pending !== undefined) throw new Error(question);
      if (effect.undo !== undefined) await aboutTheFirst(effect.undo(work));
      throw new Refused(notHappened(question));
    });
  }
}

const answered = async (effect: AnyEffect, work: AnyWork, call: () => Promise<unknown>): Promise<Ending<unknown>> => {
  try {
    const answer = await call();
    const credential = credentialIn(answer);
    if (credential !== null) {
      const question = `the driver answered with a credential (${credential}), which is not recorded`;
      return { kind: 'unknown', question };
    }
    const problem = whyUnrecordable(effect.succeeded(work.intent.data, answer));
    if (problem === null) return { kind: 'done', answer };
    return { kind: 'unknown', question: `the driver gave an answer that its contract does not allow: ${problem}` };
  } catch (error) {
    return endingOf(error);
  }
};

/** A second call, or a question, that the storage fails says nothing of how the first call ended. */
const aboutTheFirst = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused || endingOf(error).kind === 'unknown') throw error;
    throw new Error((error as Error).message, { cause: error });
  }
};

/** How a call ended, if it has. */
const endedAlready = (pending: Promise<Ending<unknown>>): Promise<Ending<unknown> | null> =>
  Promise.race([pending, Promise.resolve(null)]);
