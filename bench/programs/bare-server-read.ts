/** The same rows by the server's own client, a page at a time, and nothing done with them but texts made of bytes. */
import { bareClient } from './bare-client.ts';
import { given, report, timed } from './program.ts';

const PAGE = 1_000;
const SELECT = `SELECT position, stream, revision, id, body, hash FROM scoria_events
  WHERE position > ? ORDER BY position LIMIT ${PAGE}`;

const { url } = given<{ url: string }>();

const client = await bareClient(url);
let events = 0;
const ms = await timed(async () => {
  for (let last = '0'; ; ) {
    const rows = await client.run(SELECT, [last]);
    for (const [, stream, , , body] of rows) [String(stream), String(body)];
    events += rows.length;
    if (rows.length < PAGE) break;
    last = String(rows.at(-1)?.[0]);
  }
});
await client.end();
report({ perSecond: (events / ms) * 1e3, ms });
