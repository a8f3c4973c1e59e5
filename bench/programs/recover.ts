/** Settles operations that an executor left open: their effects are done, their outcomes are not recorded. */
import { join } from 'node:path';
import { openSqliteLog } from '../../src/eventlog/sqlite.ts';
import { createEngine, type EventLog, silentLogger } from '../../src/index.ts';
import { createHostExecutors } from '../../src/library/host-executors.ts';
import { given, openEngine, report, timed } from './program.ts';

const { directory, operations } = given<{ directory: string; operations: number }>();
const file = join(directory, 'scoria.db');
await using engine = await openEngine(file);
const options = { directory: join(directory, 'volumes'), max_over_subscription_ratio: '10000.0' };
await engine.addBackend({ name: 'files', driver: 'file', options });

/** Like this process, but one that had the id 1 before the present one: it is no more. */
const { own: living } = await createHostExecutors(() => Promise.reject(new Error('nothing is run')));
const own = living.replace(/\/\d+\/\d+\./, '/1/1.');
const log = await openSqliteLog({ file, ifMissing: 'refuse' });
const allLost = Promise.withResolvers<void>();
let left = operations;
/** Whoever dies does so before it can record an outcome. */
const mortal: EventLog = {
  ...log,
  append(append) {
    if (append.expectedRevision === -1n) return log.append(append);
    left -= 1;
    if (left === 0) allLost.resolve();
    return new Promise(() => {});
  },
};
const victim = await createEngine({
  log: mortal,
  executors: { own, isGone: async () => false, endCommandsOf: async () => true },
  user: 'ada',
  project: 'web',
  logger: silentLogger,
});
const backend = await victim.backend('files');
for (let count = 0; count < operations; count += 1) void backend.createVolume({ size: 1 });
await allLost.promise;

const ms = await timed(async () => {
  const recovered = await engine.recover();
  const done = recovered.filter(({ outcome }) => outcome === 'done').length;
  if (done !== operations) throw new Error(`${done} of ${operations} operations were recovered`);
});
report({ perSecond: (operations / ms) * 1e3 });
process.exit();
