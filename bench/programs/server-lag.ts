/** How long after its append began an event reaches a follower of another process's log, while many append. */

import { fork } from 'node:child_process';

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { given, opened, report } from './program.ts';

const CALLERS = 8;

const { url, appends, isWriter = false } = given<{ url: string; appends: number; isWriter?: boolean }>();

const { log } = await opened(url);
if (typeof log === 'string') throw new TypeError(`${log} is no URL`);

const now = (): number => performance.timeOrigin + performance.now();
const atRank = (times: readonly number[], rank: number): number =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length * rank)] ?? 0;

const write = async (): Promise<void> => {
  const each = Math.floor(appends / CALLERS);
  const took: number[] = [];
  const call = async (caller: number): Promise<void> => {
    for (let revision = 0; revision < each; revision += 1) {
      const began = now();
      await log.append(appendOf(`volume-${caller}`, BigInt(revision) - 1n, [String(began)]));
      took.push(now() - began);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
  process.send?.(atRank(took, 0.99));
};

const follow = async (): Promise<void> => {
  const count = Math.floor(appends / CALLERS) * CALLERS;
  const lags: number[] = [];
  const writer = fork(fileURLToPath(import.meta.url), [JSON.stringify({ url, appends, isWriter: true })]);
  const told = once(writer, 'message');
  for await (const { body } of log.subscribe()) {
    lags.push(now() - Number(body));
    if (lags.length === count) break;
  }
  report({ p99Ms: atRank(lags, 0.99), appendP99Ms: Number((await told)[0]) });
};

await (isWriter ? write() : follow());
await log.close();
if (isWriter) process.disconnect?.();
