// Opens a log, reads it and tries to append; writes a line of JSON: `{ read, appended }`, or `{ opened }` with a code.
import { writeSync } from 'node:fs';
import { ScoriaError } from '../../../src/domain/errors.ts';
import { openSqliteLog } from '../../../src/eventlog/sqlite.ts';
import { appendOf } from '../../../src/testing/event-log/appends.ts';

const [file = ''] = process.argv.slice(2);
// Root may write everything, so it becomes nobody (by now all is loaded, from wherever the checkout is).
if (process.getuid?.() === 0) process.setuid?.(65_534);

const codeOf = (error: unknown): string => (error instanceof ScoriaError ? error.code : String(error));

const attempt = async () => {
  const log = await openSqliteLog({ file, ifMissing: 'create' });
  let read = 0;
  for await (const _ of log.readAll()) read += 1;
  const appended = await log.append(appendOf('volume-other', -1n)).then(() => 'yes', codeOf);
  await log.close();
  return { read, appended };
};

const report = await attempt().catch((error: unknown) => ({ opened: codeOf(error) }));
writeSync(1, `${JSON.stringify(report)}\n`);
