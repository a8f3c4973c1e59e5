/** What the hashes of a create's events cost by themselves: the bodies are written in any case. */
import { hashBody } from '../../src/audit/chain.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import { given, noopBackend, openEngine, report, timed } from './program.ts';

const { volumes } = given<{ volumes: number }>();

const log = createMemoryLog();
await using engine = await openEngine(log);
const backend = await noopBackend(engine);
const before = await log.head();
for (let number = 0; number < volumes; number += 1) await backend.createVolume({ size: 1, name: `volume-${number}` });
const created = await Array.fromAsync(log.readAll({ after: before }));
let same = 0;
const ms = await timed(() => {
  for (const { body, hash } of created) if (hashBody(body) === hash) same += 1;
});
if (same !== created.length) throw new Error('an event does not have its hash');
report({ msPerCreate: ms / volumes });
