import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { type MemoryArray, memoryArray } from '../drivers/memory/array.ts';
import { createMemoryLog } from '../eventlog/memory.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { Backend } from '../library/backend.ts';
import { createEngine, type Engine, type EngineOptions } from '../library/engine.ts';
import { silentLogger } from '../logging.ts';
import type { KeyStore } from '../secrets/key-store.ts';
import { createMemoryKeyStore } from '../secrets/memory-key-store.ts';

/** An engine with one backend, on an array of its own in this process's memory. */
export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly backend: Backend;
  /** What is on the array, what was asked of it, and `inject` for what shall go wrong with it. */
  readonly array: MemoryArray;
}

/** A clock that never stands still: no two events have the same time. */
export const ticking = (): (() => Date) => {
  let at = Date.UTC(2026, 0, 1);
  return () => {
    at += 1_000;
    return new Date(at);
  };
};

const keyStores = new WeakMap<EventLog, KeyStore>();

/** Engines on one log in memory share its keys, as they would those beside a file. */
export const keyStoreOf = (log: EventLog): KeyStore => {
  const known = keyStores.get(log) ?? createMemoryKeyStore();
  keyStores.set(log, known);
  return known;
};

/** An engine that waits for nobody: what it asks once and does not learn is unknown. */
export const openImpatientEngine = ({ log = createMemoryLog(), ...options }: Partial<EngineOptions>): Promise<Engine> =>
  createEngine({
    log,
    ...(typeof log === 'string' ? {} : { keyStore: keyStoreOf(log) }),
    user: 'ada',
    project: 'compute',
    logger: silentLogger,
    nonUuidIds: true,
    busyTimeoutMs: 10_000,
    effectTimeoutMs: 10_000,
    reconcileTimeoutMs: 0,
    drainTimeoutMs: 5_000,
    now: ticking(),
    ...options,
  });

/**
 * Opens an engine for a test: on a log in memory unless another is given, with the backend `store` unless another name
 * is given. Declare it with `await using`.
 */
export const openTestEngine = async (
  options: Partial<EngineOptions> & { readonly backendName?: string; readonly driverOptions?: JsonObject } = {},
): Promise<TestEngine> => {
  const { backendName = 'store', driverOptions = {}, ...engineOptions } = options;
  const array = memoryArray(randomUUID());
  const engine = await openImpatientEngine(engineOptions);
  const backend = await engine.addBackend({
    name: backendName,
    driver: 'memory',
    options: { ...driverOptions, array: array.name },
  });
  return {
    engine,
    backend,
    array,
    async [Symbol.asyncDispose]() {
      await engine.close();
      array.reset();
    },
  };
};
