/** Builds the inventory anew from the first event. */
import { given, openEngine, report, timed } from './program.ts';

const { log } = given<{ log: string }>();

await using engine = await openEngine(log);
report({ ms: await timed(() => engine.rebuildProjection('inventory')) });
