import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredEvent } from '../domain/event.ts';
import type { StreamRecords } from './append-to-stream.ts';
import { type Page, within } from './paged-reader.ts';

/** A page ends at whichever comes first: a reader holds little, and its garbage dies young. */
const PAGE_EVENTS = 256;
const PAGE_CHARS = 4 * 1024 * 1024;

/** The rows of the `events` table. Every call reads or writes at once and leaves no statement open. */
export interface SqliteRecords extends StreamRecords {
  lastPosition(): bigint;
  pageOfStream(stream: string, from: bigint, to: bigint): Page;
  pageAfter(position: bigint, upTo: bigint): Page;
}

type Row = readonly [position: bigint, stream: string, revision: bigint, id: string, body: string, hash: string];

const eventOf = ([position, stream, revision, id, body, hash]: Row): StoredEvent => ({
  position,
  stream,
  revision,
  id,
  body,
  hash,
});

const pageOf = (rows: Iterable<unknown>): Page => {
  const events: StoredEvent[] = [];
  let chars = 0;
  for (const row of rows) {
    const event = eventOf(row as Row);
    events.push(event);
    chars += event.body.length;
    if (events.length === PAGE_EVENTS || chars >= PAGE_CHARS) return { events, full: true };
  }
  return { events, full: false };
};

export const sqliteRecords = (database: DatabaseSync): SqliteRecords => {
  const prepare = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement;
  };
  const columns = 'position, stream, revision, id, body, hash';
  const head = prepare('SELECT max(revision) FROM events WHERE stream = ?');
  const last = prepare('SELECT max(position) FROM events');
  const add = prepare('INSERT INTO events (stream, revision, id, body, hash) VALUES (?, ?, ?, ?, ?)');
  const ofStream = prepare(
    `SELECT ${columns} FROM events WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision`,
  );
  const ofLog = prepare(`SELECT ${columns} FROM events WHERE position > ? AND position <= ? ORDER BY position`);
  const number = (row: unknown): bigint | null => (row as readonly [bigint | null])[0];

  return {
    head: (stream) => number(head.get(stream)) ?? -1n,
    lastPosition: () => number(last.get()) ?? 0n,
    between: (stream, from, to) => (ofStream.all(stream, from, to) as unknown as Row[]).map(eventOf),
    pageOfStream: (stream, from, to) => pageOf(ofStream.iterate(stream, within(from), within(to))),
    pageAfter: (position, upTo) => pageOf(ofLog.iterate(within(position), within(upTo))),
    insert({ stream, revision, id, body, hash }) {
      const position = add.run(stream, revision, id, body, hash).lastInsertRowid as bigint;
      return { position, stream, revision, id, body, hash };
    },
  };
};
