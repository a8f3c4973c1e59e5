import { setTimeout as sleep } from 'node:timers/promises';
import { inCall } from '../drivers/call.ts';

/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;
/** So long a call that was given up may take to say how it ended; its programs get SIGTERM meanwhile. */
const OBEYS_WITHIN_MS = 2_000;

export interface Bounds {
  readonly timeoutMs: number;
  /** Aborted when whoever waits wants no more of it. */
  readonly signal?: AbortSignal | undefined;
  /** How long the call may go on after that. */
  readonly stopTimeoutMs: number;
}

/** A call that ended by itself, or was given up and may still come to its effect. */
export type BoundedEnd<Answer> =
  | { readonly ended: Answer }
  | { readonly question: string; readonly pending: Promise<Answer> };

/**
 * Makes a call that nobody waits for longer than its time, nor for long once its caller wants no more. Then it is given
 * up: its signals are aborted, its programs ended.
 */
export const callWithin = async <Answer>(bounds: Bounds, call: () => Promise<Answer>): Promise<BoundedEnd<Answer>> => {
  const givingUp = new AbortController();
  const givenUp = givingUp.signal;
  const { signal } = bounds;
  const stopping = signal === undefined ? givenUp : AbortSignal.any([signal, givenUp]);
  const pending = inCall({ stopping, givenUp }, call);
  const ended = pending.then((answer) => ({ ended: answer }));
  using patience = patienceWith(bounds);
  const first = await Promise.race([ended, patience.over]);
  if (typeof first !== 'string') return first;
  givingUp.abort(new Error(first));
  const waiting = new AbortController();
  const late = sleep(OBEYS_WITHIN_MS, { question: first, pending }, { signal: waiting.signal });
  late.catch(() => {});
  try {
    return await Promise.race([ended, late]);
  } finally {
    waiting.abort();
  }
};

/** `over` says why nobody waits any longer. */
const patienceWith = ({
  timeoutMs,
  signal,
  stopTimeoutMs,
}: Bounds): Disposable & { readonly over: Promise<string> } => {
  const { promise: over, resolve } = Promise.withResolvers<string>();
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, question: string) =>
    void timers.push(setTimeout(() => resolve(question), Math.min(ms, LONGEST_MS)));
  const stop = () => after(stopTimeoutMs, `it was stopped, and there was no answer within ${stopTimeoutMs} ms`);
  after(timeoutMs, `there was no answer within ${timeoutMs} ms`);
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
  return {
    over,
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    },
  };
};
