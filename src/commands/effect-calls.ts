import type { StreamKind } from '../domain/streams.ts';
import { credentialIn } from './credentials.ts';
import { type Ending, endingOf, notHappened, type Unknown } from './ending.ts';
import { whyUnrecordable } from './envelope.ts';
import { Limits } from './lines.ts';
import { type AnyEffect, Refused, type Work } from './operation.ts';
import { type Patience, waitingFor } from './waiting.ts';

export interface EffectCallOptions {
  /** A driver call that takes longer has an unknown end. */
  readonly effectTimeoutMs: number;
  /** How long `reconcile` is asked about a call that ended neither way. */
  readonly reconcile: Patience;
  readonly operationsPerBackend: number;
}

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
    const perform = () => this.#ended(effect, work, () => effect.perform(work));
    const ending = await (backend === null ? perform() : this.#limits.within(backend, perform));
    return ending.kind === 'unknown' ? this.#asked(effect, work, ending) : ending;
  }

  /** Finds out about an effect whose call was interrupted, or is still under way. */
  async resume(effect: AnyEffect, work: AnyWork): Promise<Ending<unknown>> {
    if (effect.reconcile === 'resume children') return this.perform(effect, work, null);
    const pending = this.#late.get(work.intent.meta.commandId);
    const question = 'the operation was interrupted';
    return this.#asked(effect, work, { kind: 'unknown', question, ...(pending === undefined ? {} : { pending }) });
  }

  /** How a call ended. One that is slower than the timeout may still come to its effect. */
  async #ended(effect: AnyEffect, work: AnyWork, call: () => Promise<unknown>): Promise<Ending<unknown>> {
    const ended = call().then((answer): Ending<unknown> => {
      const credential = credentialIn(answer);
      if (credential !== null) {
        return {
          kind: 'unknown',
          question: `the driver answered with a credential (${credential}), which is not recorded`,
        };
      }
      const problem = whyUnrecordable(effect.succeeded(work.intent.data, answer));
      if (problem === null) return { kind: 'done', answer };
      return { kind: 'unknown', question: `the driver gave an answer that its contract does not allow: ${problem}` };
    }, endingOf);
    // A parent is as slow as its children, which have timeouts of their own.
    if (effect.reconcile === 'resume children') return ended;
    const { commandId } = work.intent.meta;
    const { effectTimeoutMs } = this.#options;
    const timeout = Promise.withResolvers<Ending<unknown>>();
    const timer = setTimeout(() => {
      this.#late.set(commandId, ended);
      const forget = () => void this.#late.delete(commandId);
      ended.then(forget, forget);
      const question = `there was no answer within ${effectTimeoutMs} ms`;
      timeout.resolve({ kind: 'unknown', question, pending: ended });
    }, effectTimeoutMs);
    try {
      return await Promise.race([ended, timeout.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the driver about a call that ended neither way, until it knows or patience ends. */
  async #asked(effect: AnyEffect, work: AnyWork, ending: Unknown): Promise<Ending<unknown>> {
    if (effect.reconcile === 'resume children') return ending;
    const waiting = waitingFor(this.#options.reconcile);
    let last = ending;
    do {
      const late = last.pending === undefined ? null : await endedAlready(last.pending);
      const answer = late ?? (await this.#askedOnce(effect, work, last));
      if (answer.kind !== 'unknown') return answer;
      if (late?.kind === 'unknown') last = late;
    } while (await waiting());
    return last;
  }

  async #askedOnce(effect: AnyEffect, work: AnyWork, ending: Unknown): Promise<Ending<unknown>> {
    const { reconcile } = effect;
    const { pending, question } = ending;
    if (typeof reconcile === 'string') {
      // Never twice at the same time.
      return pending === undefined
        ? this.#ended(effect, work, () => aboutTheFirst(question, effect.perform(work)))
        : ending;
    }
    return this.#ended(effect, work, async () => {
      const reconciled = await aboutTheFirst(question, reconcile(work));
      if (reconciled.happened) return reconciled.answer;
      // What has not happened while the call is still under way may yet happen.
      if (pending !== undefined) throw new Error(question);
      throw new Refused(notHappened(question));
    });
  }
}

/** A second call, or a question, that the storage fails says nothing of how the first call ended. */
const aboutTheFirst = async <Answer>(question: string, answer: Promise<Answer>): Promise<Answer> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused || endingOf(error).kind === 'unknown') throw error;
    throw new Error(`${question}; asked again: ${(error as Error).message}`, { cause: error });
  }
};

/** How a call ended, if it has. */
const endedAlready = (pending: Promise<Ending<unknown>>): Promise<Ending<unknown> | null> =>
  Promise.race([pending, Promise.resolve(null)]);
