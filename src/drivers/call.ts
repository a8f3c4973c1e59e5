import { AsyncLocalStorage } from 'node:async_hooks';

/** What a call of a driver or a host connector can know of whoever waits for it. */
export interface CallSignals {
  /** Aborted when a long call is to end early if it can; also when it was given up. */
  readonly stopping: AbortSignal;
  /** Aborted when nobody waits for the call any more. */
  readonly givenUp: AbortSignal;
}

/** Carried along by whatever a call begins, so that drivers need not hand signals on from method to method. */
const calls = new AsyncLocalStorage<CallSignals>();

const never = new AbortController().signal;
const OUTSIDE: CallSignals = { stopping: never, givenUp: never };

export const inCall = <Answer>(signals: CallSignals, call: () => Promise<Answer>): Promise<Answer> =>
  calls.run(signals, call);

/** `DriverEnvironment.signal`. */
export const callSignal = (): AbortSignal => callSignals().stopping;

/** The signals of the call that runs now; outside of any they are never aborted. */
export const callSignals = (): CallSignals => calls.getStore() ?? OUTSIDE;
