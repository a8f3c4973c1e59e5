import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LOGS, type TorturedLog } from '../../../torture/logs/logs.ts';

const SEED = 20261121;

/** An empty log of a kind, behind a relay where it is on a server; it ends with the test. */
export const startedLog = async (kind: string): Promise<TorturedLog> => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-logs-'));
  const log = await LOGS[kind]?.(directory, SEED);
  if (log === undefined) throw new RangeError(`no kind of log is ${kind}`);
  onTestFinished(async () => {
    await log[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  return log;
};
