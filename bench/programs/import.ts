/** Imports what cinderlib wrote, from a dump or from a database, into a new log. */
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CinderlibSource } from '../../src/index.ts';
import { given, noopBackend, openEngine, report, timed } from './program.ts';

const { log, from } = given<{ log: string; from: { readonly dump: string } | { readonly database: string } }>();

/** What is held, in MiB. */
const held = (): number => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed / 1024 ** 2;
};

await using engine = await openEngine(log);
await noopBackend(engine);
const source: CinderlibSource = 'dump' in from ? { text: await readFile(from.dump, 'utf8') } : from;
let events = 0;
let result: Awaited<ReturnType<typeof engine.importCinderlib>> | null = null;
const ms = await timed(async () => {
  result = await engine.importCinderlib(source);
  events = result.events;
});
const peakMiB = process.resourceUsage().maxRSS / 1024;
const withResult = held();
result = null;
const resultMiB = withResult - held();
report({ ms, events, peakMiB, resultMiB, peakWithoutResultMiB: peakMiB - resultMiB });
