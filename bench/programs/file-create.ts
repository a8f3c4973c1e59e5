/** Creates volumes as files. */
import { join } from 'node:path';
import { given, openEngine, report, timed } from './program.ts';

const { directory, operations } = given<{ directory: string; operations: number }>();

await using engine = await openEngine(join(directory, 'scoria.db'));
const options = { directory: join(directory, 'volumes'), max_over_subscription_ratio: '1000.0' };
const backend = await engine.addBackend({ name: 'files', driver: 'file', options });
const create = async (times: number): Promise<void> => {
  for (let count = 0; count < times; count += 1) await backend.createVolume({ size: 1 });
};
await create(20);
const ms = await timed(() => create(operations));
report({ ms: ms / operations, perSecond: (operations / ms) * 1e3 });
