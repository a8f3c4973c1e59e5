// For each path that comes as a line of input: opens the log, creating it, appends one event, closes, says `done`.
// Argument: the stream.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openSqliteLog } from '../../../src/eventlog/sqlite.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';

const [stream = ''] = process.argv.slice(2);

for await (const file of createInterface({ input: process.stdin })) {
  const log = await openSqliteLog({ file, ifMissing: 'create' });
  await log.append(appendOf(stream, -1n));
  await log.close();
  writeSync(1, 'done\n');
}
