import { type Rejection, ScoriaError } from '../domain/errors.ts';
import { logSilent } from '../eventlog/log-errors.ts';
import { inTime } from '../in-time.ts';
import { createEngine, type EngineOptions } from './engine.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { logNameOf } from './log-credential.ts';
import type { Status } from './status.ts';

/** Of a log that could not be looked at there are findings alone. */
export interface Seen {
  readonly log: string;
  readonly status: Status | null;
  readonly findings: readonly Rejection[];
}

/** A server that is told goodbye may be as silent as before. */
const CLOSING_MS = 1_000;

/** Opens the log, looks at what follows it, and closes it; what fails, or takes longer, is a finding. */
export const lookWithin = async (
  withinMs: number,
  options: EngineOptions & { readonly log: string },
): Promise<Seen> => {
  const name = logNameOf(options.log);
  const opening = createEngine(lookingOnly(options, withinMs));
  const { everyEvents, everyMs } = options.audit ?? {};
  const looking = opening.then((engine) => engine.status({ sealing: { everyEvents, everyMs } }));
  try {
    const status = await inTime(looking, withinMs, () => logSilent(name));
    return { log: status.log, status, findings: status.findings };
  } catch (error) {
    if (!(error instanceof ScoriaError) || error.kind === 'invalid') throw error;
    return { log: name, status: null, findings: [error.rejection] };
  } finally {
    const closed = opening.then((engine) => engine.close());
    await inTime(closed, CLOSING_MS, () => new Error('it did not close in time')).catch(() => {});
  }
};

/** What is asked gives up before whoever asks, and says why: a lock is what a catching up may wait for. */
const lookingOnly = (options: EngineOptions, withinMs: number): EngineOptions => {
  const { everyEvents: _count, everyMs: _time, ...audit } = options.audit ?? {};
  return {
    ...options,
    // Looking seals nothing.
    audit: { ...audit, atClose: false },
    ifMissing: 'refuse',
    lockTimeoutMs: Math.min(withinMs / 4, options.lockTimeoutMs ?? ENGINE_DEFAULTS.lockTimeoutMs),
    catchUpTimeoutMs: Math.min(withinMs / 2, options.catchUpTimeoutMs ?? ENGINE_DEFAULTS.catchUpTimeoutMs),
  };
};
