import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseAddress } from '../../../src/eventlog/eventstoredb/address.ts';
import { type EventStoreLogOptions, openEventStoreLog } from '../../../src/eventlog/eventstoredb/eventstoredb.ts';
import { REAL_SERVER } from './real-server.ts';
import { StandIn } from './stand-in/start.ts';

const started: { readonly standIn: StandIn; readonly directory: string }[] = [];

export const startStandIn = async (): Promise<StandIn> => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-eventstoredb-'));
  const standIn = await StandIn.start(join(directory, 'records'));
  started.push({ standIn, directory });
  return standIn;
};

afterAll(async () => {
  for (const { standIn, directory } of started.splice(0)) {
    await standIn[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  }
});

let shared: Promise<StandIn> | undefined;

/** The URL of a server that all tests of a file use: the real one, or a stand-in. */
export const server = async (): Promise<string> => {
  if (REAL_SERVER !== undefined) return REAL_SERVER;
  shared ??= startStandIn();
  return (await shared).url;
};

export const openLog = (url: string, options: Partial<EventStoreLogOptions> = {}) =>
  openEventStoreLog({ address: parseAddress(url), ifMissing: 'create', openTimeoutMs: 5_000, ...options });
