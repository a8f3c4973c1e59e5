/** Reads a log on a server from its first event, and then as a follower that has all of it to catch up with. */
import { given, opened, report, timed } from './program.ts';

const { url } = given<{ url: string }>();

const { log } = await opened(url);
if (typeof log === 'string') throw new TypeError(`${log} is no URL`);
const head = await log.head();
let events = 0;
const ms = await timed(async () => {
  for await (const _ of log.readAll()) events += 1;
});
const catchUpMs = await timed(async () => {
  for await (const { position } of log.subscribe()) if (position === head) break;
});
await log.close();
report({ perSecond: (events / ms) * 1e3, catchUpMs, catchUpPerSecond: (events / catchUpMs) * 1e3 });
