import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type MemoryArray, memoryArray } from '../../src/drivers/memory/array.ts';
import { type Backend, createEngine, type Engine, type EngineOptions, silentLogger } from '../../src/index.ts';

export interface EngineOnArray {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly array: MemoryArray;
}

/** An engine that gives up soon, with one backend on an array of its own. Closed when the test ends. */
export const engineOnArray = async (
  options: Partial<EngineOptions> = {},
  driverOptions: Record<string, string | number | boolean> = {},
): Promise<EngineOnArray> => {
  const name = `array-${randomUUID()}`;
  const engine = await openEngine(options);
  const backend = await engine.addBackend({ name, driver: 'memory', options: { array: name, ...driverOptions } });
  return { engine, backend, array: memoryArray(name) };
};

export const openEngine = async (options: Partial<EngineOptions> = {}): Promise<Engine> => {
  const engine = await createEngine({
    log: ':memory:',
    user: 'ada',
    project: 'compute',
    logger: silentLogger,
    busyTimeoutMs: 200,
    effectTimeoutMs: 5_000,
    reconcileTimeoutMs: 100,
    drainTimeoutMs: 500,
    ...options,
  });
  onTestFinished(() => engine.close());
  return engine;
};

/** The types of the events of a volume, in order. */
export const eventTypes = async (engine: Engine, id: string): Promise<readonly string[]> => {
  const types: string[] = [];
  for await (const { type } of (await engine.view()).history(id)) types.push(type);
  return types;
};
