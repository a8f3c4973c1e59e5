import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemoryArray, memoryArray } from '../../src/drivers/memory/array.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { createEngine, type Engine, type EngineOptions, silentLogger } from '../../src/index.ts';
import { BACKEND } from './commands.ts';

/** An engine with one backend, on an array of its own. */
export interface House extends AsyncDisposable {
  readonly engine: Engine;
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

/** An engine that waits for nobody: what it asks once and does not learn is unknown. */
export const openEngine = (options: Partial<EngineOptions> & Pick<EngineOptions, 'log'>): Promise<Engine> =>
  createEngine({
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

export const openHouse = async (
  log: string | EventLog = createMemoryLog(),
  options: Partial<EngineOptions> = {},
): Promise<House> => {
  const name = randomUUID();
  const array = memoryArray(name);
  const engine = await openEngine({ log, ...options });
  await engine.addBackend({ name: BACKEND, driver: 'memory', options: { array: name } });
  return {
    engine,
    array,
    async [Symbol.asyncDispose]() {
      await engine.close();
      array.reset();
    },
  };
};

/** A directory that goes when it is disposed of. */
export const scratch = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-property-'));
  return {
    directory,
    file: join(directory, 'scoria.db'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};
