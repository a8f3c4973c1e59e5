/** Folds every stream of a log from its first event, in memory. */
import { openSqliteLog } from '../../src/eventlog/sqlite.ts';
import { foldStreams } from '../../src/projections/fold-streams.ts';
import { given, report, timed } from './program.ts';

const { log: file } = given<{ log: string }>();

const log = await openSqliteLog({ file, ifMissing: 'refuse', readOnly: true });
let streams = 0;
const ms = await timed(async () => {
  streams = [...(await foldStreams(log))].length;
});
await log.close();
report({ ms, streams });
