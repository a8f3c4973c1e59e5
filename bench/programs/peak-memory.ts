/** Creates volumes, lists and dumps them in one process: the most memory that it held. */
import { given, noopBackend, openEngine, report } from './program.ts';

const { log, volumes } = given<{ log: string; volumes: number }>();
const CALLERS = 64;

await using engine = await openEngine(log);
const backend = await noopBackend(engine);
let next = 0;
const caller = async (): Promise<void> => {
  while (next < volumes) {
    next += 1;
    await backend.createVolume({ size: 1, name: `volume-${next}` });
  }
};
await Promise.all(Array.from({ length: CALLERS }, caller));
const listed = await engine.volumes();
let chars = 0;
for await (const chunk of (await engine.view()).dumpChunks()) chars += chunk.length;
report({ peakMiB: process.resourceUsage().maxRSS / 1024, volumes: listed.length, chars });
