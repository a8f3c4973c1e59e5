import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { knownBackend } from '../volume/checks.ts';
import {
  BackendName,
  type BackendState,
  type BackendStats,
  BackendStatsSchema,
  backendEvents,
  withBackend,
} from './backend.ts';

/** What the array said of its capacity, when it differs from what it said before. */
export const BackendStatsChanged = backendEvents.fact(
  'BackendStatsChanged',
  z.strictObject({ stats: BackendStatsSchema }),
  (state, { data, meta }) => withBackend(state, { stats: data.stats, stats_at: meta.at }),
);

/** Asks the array; what it says is recorded when it changed. */
export const RefreshBackendStats = command('RefreshBackendStats', z.strictObject({ name: BackendName }));

export interface StatsFacts {
  readonly stats: BackendStats;
  readonly sameStats: boolean;
}

export const decideRefreshBackendStats = (
  state: BackendState,
  { name }: InputOf<typeof RefreshBackendStats>,
  { stats, sameStats }: StatsFacts,
): Decision => {
  const backend = knownBackend(state, name);
  if (E.isLeft(backend)) return backend;
  return sameStats ? nothingToDo : record(BackendStatsChanged.of({ stats }));
};
