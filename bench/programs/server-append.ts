/** Callers that append an event at a time to a log on a server, each to a stream of its own. */
import { appendOf } from '../../src/testing/event-log/appends.ts';
import { given, opened, report, timed } from './program.ts';

const { url, callers, appends, chars } = given<{ url: string; callers: number; appends: number; chars: number }>();

const { log } = await opened(url);
if (typeof log === 'string') throw new TypeError(`${log} is no URL`);
const body = `"${'x'.repeat(chars)}"`;
const call = async (caller: number, count: number, from: number): Promise<void> => {
  for (let revision = from; revision < from + count; revision += 1)
    await log.append(appendOf(`volume-${caller}`, BigInt(revision) - 1n, [body]));
};
const all = (each: number, from: number) =>
  Promise.all(Array.from({ length: callers }, (_, caller) => call(caller, each, from)));
const warmUp = Math.ceil(100 / callers);
const each = Math.floor(appends / callers);
await all(warmUp, 0);
const ms = await timed(() => all(each, warmUp));
await log.close();
report({ perSecond: ((each * callers) / ms) * 1e3 });
