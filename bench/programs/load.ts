/** Loads a dump into a new log. */
import { readFile } from 'node:fs/promises';
import { given, openEngine, report, timed } from './program.ts';

const { log, dump } = given<{ log: string; dump: string }>();

await using engine = await openEngine(log);
const text = await readFile(dump, 'utf8');
report({ ms: await timed(() => engine.load(text)) });
