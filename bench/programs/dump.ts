/** The first dump of a process, folded from the first event. */

import { writeFile } from 'node:fs/promises';
import { given, openEngine, report, timed } from './program.ts';

const { log, to } = given<{ log: string; to: string }>();

await using engine = await openEngine(log);
let text = '';
const dumpMs = await timed(async () => {
  text = await (await engine.view()).dump();
});
await writeFile(to, text);
report({ dumpMs });
