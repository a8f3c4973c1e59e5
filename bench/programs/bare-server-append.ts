/** The same rows in the same table, an insert each, by as many connections as Scoria has. */
import { createHash } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import { bareClient } from './bare-client.ts';
import { given, report, timed } from './program.ts';

const CONNECTIONS = 4;
const INSERT = 'INSERT INTO scoria_events (position, stream, revision, id, body, hash) VALUES (?, ?, ?, ?, ?, ?)';

const { url, callers, appends, chars } = given<{ url: string; callers: number; appends: number; chars: number }>();

const clients = await Promise.all(Array.from({ length: Math.min(CONNECTIONS, callers) }, () => bareClient(url)));
const body = Buffer.from(`"${'x'.repeat(chars)}"`);
const hash = createHash('sha256').update(body).digest('hex');
let position = 0;
const insertAll = async (count: number): Promise<void> => {
  const last = position + count;
  const insert = async (client: (typeof clients)[number]): Promise<void> => {
    while (position < last) {
      position += 1;
      const values = [position, Buffer.from(`volume-${position % callers}`), position, uuid7(), body, hash];
      await client.run(INSERT, values);
    }
  };
  await Promise.all(clients.map(insert));
};
await insertAll(100);
const ms = await timed(() => insertAll(appends));
await Promise.all(clients.map((client) => client.end()));
report({ perSecond: (appends / ms) * 1e3 });
