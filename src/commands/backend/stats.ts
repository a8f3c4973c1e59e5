import { canonicalJson } from '../../audit/canonical.ts';
import { backendStream } from '../../domain/backend/backend.ts';
import { decideRefreshBackendStats, RefreshBackendStats } from '../../domain/backend/stats.ts';
import { ScoriaError } from '../../domain/errors.ts';
import { backendNotFound } from '../../domain/volume/checks.ts';
import { statsOf } from '../driver-queries.ts';
import { operation } from '../operation.ts';

export const refreshBackendStats = operation({
  command: RefreshBackendStats,
  kind: 'backend',
  stream: ({ name }) => backendStream(name),
  facts: async ({ name }, { state, services }) => {
    if (state.backend === null) throw new ScoriaError(backendNotFound(name));
    const stats = await statsOf(state.backend, services);
    const sameStats = state.backend.stats !== null && canonicalJson(state.backend.stats) === canonicalJson(stats);
    return { stats, sameStats };
  },
  decide: decideRefreshBackendStats,
});
