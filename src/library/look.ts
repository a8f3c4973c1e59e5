import { type Rejection, ScoriaError } from '../domain/errors.ts';
import { logSilent } from '../eventlog/log-errors.ts';
import { inTime } from '../projections/in-time.ts';
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

/** What is asked gives up before whoever asks, and says why. */
const SOONER = 0.8;
/** A server that is told goodbye may be as silent as before. */
const CLOSING_MS = 1_000;

/** Opens the log, looks at what follows it, and closes it; what fails, or takes longer, is a finding. */
export const lookWithin = async (
  withinMs: number,
  options: EngineOptions & { readonly log: string },
): Promise<Seen> => {
  const name = logNameOf(options.log);
  try {
    const status = await inTime(look(withinMs, options), withinMs, () => logSilent(name));
    return { log: status.log, status, findings: status.findings };
  } catch (error) {
    if (!(error instanceof ScoriaError) || error.kind === 'invalid') throw error;
    return { log: name, status: null, findings: [error.rejection] };
  }
};

const look = async (withinMs: number, { audit = {}, ...options }: EngineOptions): Promise<Status> => {
  const { everyEvents, everyMs, ...others } = audit;
  const engine = await createEngine({
    ...options,
    // Looking seals nothing.
    audit: { ...others, atClose: false },
    ifMissing: 'refuse',
    lockTimeoutMs: Math.min(withinMs * SOONER, options.lockTimeoutMs ?? ENGINE_DEFAULTS.lockTimeoutMs),
    catchUpTimeoutMs: Math.min(withinMs * SOONER, options.catchUpTimeoutMs ?? ENGINE_DEFAULTS.catchUpTimeoutMs),
  });
  try {
    return await engine.status({ sealing: { everyEvents, everyMs } });
  } finally {
    await inTime(engine.close(), CLOSING_MS, () => new Error('it did not close in time')).catch(() => {});
  }
};
