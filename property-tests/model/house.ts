import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../src/eventlog/port.ts';
import type { EngineOptions } from '../../src/index.ts';
import { openTestEngine, type TestEngine } from '../../src/testing/test-engine.ts';
import { BACKEND } from './commands.ts';

export { openImpatientEngine as openEngine, ticking } from '../../src/testing/test-engine.ts';

/** An engine with one backend, on an array of its own, which asks hosts for credentials. */
export type House = Pick<TestEngine, 'engine' | 'array'> & AsyncDisposable;

export const openHouse = (log?: string | EventLog, options: Partial<EngineOptions> = {}): Promise<House> =>
  openTestEngine({
    ...options,
    ...(log === undefined ? {} : { log }),
    backendName: BACKEND,
    driverOptions: { use_chap_auth: true },
  });

/** A directory that goes when it is disposed of. */
export const scratch = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-property-'));
  return {
    directory,
    file: join(directory, 'scoria.db'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};
