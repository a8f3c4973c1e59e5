/** The least that a scan of the record costs: each stored text read and parsed. */
import { DatabaseSync } from 'node:sqlite';
import { given, report, timed } from './program.ts';

const { log } = given<{ log: string }>();

const database = new DatabaseSync(log, { readOnly: true });
const select = database.prepare('SELECT body FROM events ORDER BY position');
select.setReturnArrays(true);
let events = 0;
const scan = (): void => {
  for (const [body] of select.iterate() as unknown as Iterable<readonly [string]>) {
    if (typeof JSON.parse(body) === 'object') events += 1;
  }
};
const ms = await timed(scan);
database.close();
report({ ms, events });
