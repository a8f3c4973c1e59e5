/** Folds every stream of a log from its first event, in memory. */
import { decode, evolveStream, kindOf, type StreamState } from '../../src/domain/streams.ts';
import { openSqliteLog } from '../../src/eventlog/sqlite.ts';
import { given, report, timed } from './program.ts';

const { log: file } = given<{ log: string }>();

const log = await openSqliteLog({ file, ifMissing: 'refuse', readOnly: true });
const streams = new Map<string, StreamState>();
const ms = await timed(async () => {
  for await (const stored of log.readAll()) {
    const kind = kindOf(stored.stream);
    if (kind === null) continue;
    streams.set(stored.stream, evolveStream(kind, streams.get(stored.stream) ?? null, decode(stored)) as StreamState);
  }
});
await log.close();
report({ ms, streams: streams.size });
