/** One caller that creates volumes for a while, beside whoever else does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { given, noopBackend, openEngine, report, timed } from './program.ts';

const { log, startAt, seconds, state } = given<{
  log: string;
  startAt: number;
  seconds: number;
  /** Where keys and projections of a log on a server are kept. */
  state?: string;
}>();
if (state !== undefined) process.env.XDG_STATE_HOME = state;

await using engine = await openEngine(log);
const backend = await noopBackend(engine);
for (let count = 0; count < 20; count += 1) await backend.createVolume({ size: 1, name: 'warm-up' });
await sleep(startAt - Date.now());

let [creates, longestMs] = [0, 0];
const end = performance.now() + seconds * 1e3;
const elapsedMs = await timed(async () => {
  while (performance.now() < end) {
    longestMs = Math.max(longestMs, await timed(() => backend.createVolume({ size: 1, name: 'volume' })));
    creates += 1;
  }
});
report({ perSecond: (creates / elapsedMs) * 1e3, longestMs });
