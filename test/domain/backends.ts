import { evolve } from '../../src/domain/aggregate.ts';
import { BackendAdded, BackendAdditionRequested } from '../../src/domain/backend/add.ts';
import { backendAggregate } from '../../src/domain/backend/aggregate.ts';
import type { BackendState, BackendStats, Capability, PoolStats } from '../../src/domain/backend/backend.ts';
import { BackendFreezeRequested, BackendFrozen, BackendThawRequested } from '../../src/domain/backend/freeze.ts';
import { BackendRemovalRequested } from '../../src/domain/backend/remove.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import { givenOf, record } from './given.ts';

export const GIB = 1024 ** 3;
export const BACKEND = 'lava';
export const ALL_CAPABILITIES: readonly Capability[] = [
  'clone',
  'extend',
  'extend_online',
  'freeze',
  'manage',
  'multiattach',
  'resources',
  'revert',
  'snapshots',
];

export const givenBackend = givenOf(backendAggregate);

export const pool = (change: Partial<PoolStats> = {}): PoolStats => ({
  pool_name: 'pool-1',
  total_capacity_bytes: 100 * GIB,
  free_capacity_bytes: 80 * GIB,
  provisioned_capacity_bytes: 20 * GIB,
  reserved_percentage: 0,
  max_over_subscription_ratio: '1.0',
  thin_provisioning_support: true,
  thick_provisioning_support: false,
  multiattach: true,
  ...change,
});

export const stats = (...pools: readonly PoolStats[]): BackendStats => ({
  volume_backend_name: BACKEND,
  vendor_name: 'Scoria',
  driver_version: '1.0.0',
  storage_protocol: 'file',
  pools: pools.length === 0 ? [pool()] : pools,
});

interface Registered {
  readonly capabilities?: readonly Capability[];
  readonly stats?: BackendStats;
}

export const additionRequested = ({ capabilities = ALL_CAPABILITIES }: Registered = {}) =>
  BackendAdditionRequested.of({
    backend: { name: BACKEND, driver: 'memory', options: { san_ip: '::1' }, capabilities },
  });

export const added = (registered: Registered = {}): NewEvent<string, unknown>[] => [
  additionRequested(registered),
  BackendAdded.of({ stats: registered.stats ?? stats() }),
];

export const FREEZING = [BackendFreezeRequested.of({})];
export const FROZEN = [...FREEZING, BackendFrozen.of({})];
export const THAWING = [...FROZEN, BackendThawRequested.of({})];
export const REMOVING = [BackendRemovalRequested.of({})];

/** What deciders of volumes know of a backend with this history. */
export const backend = (...events: readonly NewEvent<string, unknown>[]): { readonly backend: BackendState } => ({
  backend: record(events).reduce<BackendState>(
    (state, event) => evolve(backendAggregate, state, event),
    backendAggregate.initial,
  ),
});

export const THAWED = backend(...added());
export const FROZEN_BACKEND = backend(...added(), ...FROZEN);
export const NO_SUCH_BACKEND = backend();
export const lacking = (...missing: readonly Capability[]) =>
  backend(...added({ capabilities: ALL_CAPABILITIES.filter((capability) => !missing.includes(capability)) }));
