/** Writes all events of a log to a file. */
import { writeDurably } from '../../src/library/durable-file.ts';
import { given, openEngine, report, timed } from './program.ts';

const { log, to } = given<{ log: string; to: string }>();

await using engine = await openEngine(log);
const view = await engine.view();
report({ ms: await timed(() => writeDurably(to, view.exportEvents())) });
