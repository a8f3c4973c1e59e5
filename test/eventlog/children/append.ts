// Appends to a log from a process of its own and writes a line `stream revision id` for each acknowledged event.
// Arguments: file, streams (comma-separated), appends per caller (0: for ever), callers per stream.
import { writeSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { openSqliteLog } from '../../../src/eventlog/sqlite.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';

const [file = '', streams = '', appends = '0', callers = '1'] = process.argv.slice(2);
const log = await openSqliteLog({ file, ifMissing: 'create' });
const wanted = Number(appends) || Number.POSITIVE_INFINITY;

const call = async (stream: string): Promise<void> => {
  let expected = -1n;
  for (let done = 0; done < wanted; ) {
    const append = appendOf(stream, expected);
    const result = await log.append(append);
    if (E.isLeft(result)) {
      expected = result.left.actual;
      continue;
    }
    const [event] = result.right;
    writeSync(1, `${stream} ${event.revision} ${event.id}\n`);
    expected = event.revision;
    done += 1;
  }
};

await Promise.all(streams.split(',').flatMap((stream) => Array.from({ length: Number(callers) }, () => call(stream))));
await log.close();
