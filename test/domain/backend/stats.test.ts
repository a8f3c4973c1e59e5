import { describe, expect, it } from 'vitest';
import { toCinderStats } from '../../../src/domain/backend/backend.ts';
import { BackendStatsChanged, decideRefreshBackendStats } from '../../../src/domain/backend/stats.ts';
import { added, additionRequested, BACKEND, GIB, givenBackend, pool, stats } from '../backends.ts';
import { timeOf } from '../given.ts';

const REFRESH = { name: BACKEND };
const NEWER = stats(pool({ free_capacity_bytes: GIB / 2 }));
const FACTS = { stats: NEWER, sameStats: false };

describe('refreshing stats', () => {
  it('records what changed, and when', () => {
    givenBackend(...added())
      .when(decideRefreshBackendStats, REFRESH, FACTS)
      .thenRecords(BackendStatsChanged.of({ stats: NEWER }));
    givenBackend(...added(), BackendStatsChanged.of({ stats: NEWER })).thenState({
      backend: { status: 'available', stats: NEWER, stats_at: timeOf(2) },
      open: [],
    });
  });

  it('has nothing to do when nothing changed', () => {
    givenBackend(...added())
      .when(decideRefreshBackendStats, REFRESH, { ...FACTS, sameStats: true })
      .thenNothing();
  });

  it.each([[[]], [[additionRequested()]]])('is refused where there is no backend yet', (events) => {
    givenBackend(...events)
      .when(decideRefreshBackendStats, REFRESH, FACTS)
      .thenRefused('BackendNotFound', BACKEND, 'backend add');
  });
});

describe('Cinder’s stats', () => {
  it('count in GiB, as fractions, with the ratio as a number', () => {
    expect(toCinderStats(NEWER)).toEqual({
      volume_backend_name: BACKEND,
      vendor_name: 'Scoria',
      driver_version: '1.0.0',
      storage_protocol: 'file',
      pools: [
        {
          pool_name: 'pool-1',
          total_capacity_gb: 100,
          free_capacity_gb: 0.5,
          provisioned_capacity_gb: 20,
          reserved_percentage: 0,
          max_over_subscription_ratio: 1,
          thin_provisioning_support: true,
          thick_provisioning_support: false,
          multiattach: true,
        },
      ],
    });
  });
});
