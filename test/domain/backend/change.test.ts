import { describe, expect, it } from 'vitest';
import {
  BackendChanged,
  BackendChangeFailed,
  BackendChangeRequested,
  decideChangeBackend,
} from '../../../src/domain/backend/change.ts';
import {
  ALL_CAPABILITIES,
  added,
  additionRequested,
  BACKEND,
  givenBackend,
  pool,
  REMOVING,
  stats,
} from '../backends.ts';
import { timeOf } from '../given.ts';
import { FAILURE } from '../volumes.ts';

const CHANGE = { name: BACKEND, options: { san_ip: '::2' } };
const CONFIGURATION = { options: { san_ip: '::2' }, capabilities: ['extend' as const] };
const FACTS = { driver: 'memory', ...CONFIGURATION, sameConfiguration: false };
const REQUESTED = BackendChangeRequested.of(CONFIGURATION);

describe('changing a backend', () => {
  it('records the whole configuration as it is to be', () => {
    givenBackend(...added())
      .when(decideChangeBackend, CHANGE, FACTS)
      .thenRecords(REQUESTED);
  });

  it('takes effect with its outcome', () => {
    const unchanged = { options: { san_ip: '::1' }, capabilities: ALL_CAPABILITIES };
    givenBackend(...added(), REQUESTED).thenState({ backend: { status: 'changing', ...unchanged } });
    const later = stats(pool({ pool_name: 'pool-2' }));
    givenBackend(...added(), REQUESTED, BackendChanged.of({ ...CONFIGURATION, stats: later })).thenState({
      backend: { status: 'available', ...CONFIGURATION, stats: later, stats_at: timeOf(3) },
      open: [],
    });
    givenBackend(...added(), REQUESTED, BackendChangeFailed.of({ failure: FAILURE })).thenState({
      backend: { status: 'available', ...unchanged },
      open: [],
    });
  });

  const NAMED = BackendChangeRequested.of({ ...CONFIGURATION, hosts: ['storage-1'] });
  const RESTRICTED = [...added(), NAMED, BackendChanged.of({ ...CONFIGURATION, hosts: ['storage-1'], stats: stats() })];

  it('names the hosts that may execute, and keeps those that there are', () => {
    givenBackend(...added())
      .when(decideChangeBackend, { ...CHANGE, hosts: ['storage-1'] }, FACTS)
      .thenRecords(NAMED);
    givenBackend(...RESTRICTED).thenState({ backend: { status: 'available', hosts: ['storage-1'] } });
    givenBackend(...RESTRICTED)
      .when(decideChangeBackend, CHANGE, FACTS)
      .thenRecords(NAMED);
  });

  it('says that any host may execute where that was not so, so that any host may try it', () => {
    const any = { ...CONFIGURATION, hosts: [] };
    givenBackend(...RESTRICTED)
      .when(decideChangeBackend, { ...CHANGE, hosts: [] }, FACTS)
      .thenRecords(BackendChangeRequested.of(any));
    givenBackend(...RESTRICTED, BackendChangeRequested.of(any)).thenState({ open: [{ hosts: [] }] });
    givenBackend(
      ...RESTRICTED,
      BackendChangeRequested.of(any),
      BackendChanged.of({ ...any, stats: stats() }),
    ).thenState({
      backend: { status: 'available', hosts: [] },
    });
    givenBackend(...added())
      .when(decideChangeBackend, { ...CHANGE, hosts: [] }, FACTS)
      .thenRecords(REQUESTED);
  });

  it('that fails leaves the hosts as they were', () => {
    givenBackend(...added(), NAMED, BackendChangeFailed.of({ failure: FAILURE })).thenState({ open: [] });
    expect(
      givenBackend(...added(), NAMED, BackendChangeFailed.of({ failure: FAILURE })).state.backend,
    ).not.toHaveProperty('hosts');
  });

  it('has nothing to do when nothing changes', () => {
    givenBackend(...added())
      .when(decideChangeBackend, CHANGE, { ...FACTS, sameConfiguration: true })
      .thenNothing();
  });

  it.each([
    ['was never added', []],
    ['is being added', [additionRequested()]],
    ['is being removed', [...added(), ...REMOVING]],
  ])('is refused when it %s', (_, events) => {
    givenBackend(...events)
      .when(decideChangeBackend, CHANGE, FACTS)
      .thenRefused('BackendNotFound', BACKEND, 'backend list');
  });
});
