import type pg from 'pg';
import { within } from '../paged-reader.ts';
import { type EventRow, numberOr, pageOf, pageQuery } from './records.ts';
import type { SqlSession } from './server.ts';

/** 'SCOR': keeps the lock apart from other programs' in the same database. */
const LOCK_SPACE = 0x53434f52;

/**
 * Each of the statements after this one sees what was committed before the lock was got: that is what READ COMMITTED
 * means, and what the numbering of positions stands on.
 */
const BEGIN = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SELECT pg_advisory_xact_lock(${LOCK_SPACE}, 'scoria_events'::regclass::oid::int)`;

/** A subquery for each stream: grouping would read all their revisions. */
const HEADS = `
  SELECT (SELECT max(position) FROM scoria_events),
    (SELECT max(revision) FROM scoria_events WHERE stream = wanted.stream)
  FROM unnest($1::bytea[]) WITH ORDINALITY AS wanted(stream, place) ORDER BY place`;

const INSERT = `
  INSERT INTO scoria_events (position, stream, revision, id, body, hash)
  SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::text[], $5::bytea[], $6::text[])`;

const STREAM_PAGE = pageQuery('stream = $1 AND revision BETWEEN $2 AND $3', 'revision');
const LOG_PAGE = pageQuery('position > $1 AND position <= $2', 'position');

const RENEW = `
  INSERT INTO scoria_leases VALUES ($1, 1, $2)
  ON CONFLICT (executor) DO UPDATE SET counter = scoria_leases.counter + 1, length_ms = excluded.length_ms`;

const bytesOf = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

export const postgresqlSession = (client: pg.Client): SqlSession => {
  let ended = false;
  const end = () => {
    ended = true;
  };
  client.once('error', end);
  client.once('end', end);

  /** A name makes the server plan the statement once for each connection. */
  const rowsOf = async <Row extends unknown[]>(
    name: string,
    text: string,
    values: unknown[] = [],
  ): Promise<readonly Row[]> => (await client.query<Row>({ name, text, values, rowMode: 'array' })).rows;

  const lastPosition = async (): Promise<bigint> => {
    const [row] = await rowsOf<[string | null]>('scoria_last', 'SELECT max(position) FROM scoria_events');
    return numberOr(0n, row?.[0]);
  };

  const schemaVersion = async (): Promise<number> => {
    const text = "SELECT to_regclass('scoria_migrations') IS NOT NULL";
    const [there] = (await client.query<[boolean]>({ text, rowMode: 'array' })).rows;
    if (there?.[0] !== true) return 0;
    const { rows } = await client.query<{ version: number | null }>(
      'SELECT max(version) AS version FROM scoria_migrations',
    );
    return rows[0]?.version ?? 0;
  };

  return {
    usable: () => !ended,
    begin: async () => void (await client.query(BEGIN)),
    commit: async () => void (await client.query('NOTIFY scoria_events; COMMIT')),

    async heads(streams) {
      const rows = await rowsOf<[string | null, string | null]>('scoria_heads', HEADS, [bytesOf(streams)]);
      return {
        position: numberOr(0n, rows[0]?.[0]),
        revisions: rows.map(([, revision]) => numberOr(-1n, revision)),
      };
    },

    async insert(events) {
      await rowsOf('scoria_insert', INSERT, [
        events.map(({ position }) => String(position)),
        bytesOf(events.map(({ stream }) => stream)),
        events.map(({ revision }) => String(revision)),
        events.map(({ id }) => id),
        bytesOf(events.map(({ body }) => body)),
        events.map(({ hash }) => hash),
      ]);
    },

    lastPosition,
    async pageOfStream(stream, from, to) {
      const values = [Buffer.from(stream), String(within(from)), String(within(to))];
      return pageOf(await rowsOf<[...EventRow]>('scoria_stream', STREAM_PAGE, values));
    },
    async pageAfter(position, upTo) {
      const values = [String(within(position)), String(within(upTo))];
      return pageOf(await rowsOf<[...EventRow]>('scoria_log', LOG_PAGE, values));
    },

    leases: {
      renew: async (executor, lengthMs) => void (await rowsOf('scoria_renew', RENEW, [executor, lengthMs])),
      async read(executor) {
        const text = 'SELECT counter, length_ms FROM scoria_leases WHERE executor = $1';
        const [row] = await rowsOf<[string, string]>('scoria_lease', text, [executor]);
        return row === undefined ? null : { counter: BigInt(row[0]), lengthMs: Number(row[1]) };
      },
      release: async (executor) =>
        void (await rowsOf('scoria_release', 'DELETE FROM scoria_leases WHERE executor = $1', [executor])),
    },

    async rows<Row extends readonly unknown[]>(statement: string, values: readonly unknown[] = []) {
      let place = 0;
      const text = statement.replaceAll('?', () => `$${++place}`);
      const { rows } = await client.query({ text, values: [...values], rowMode: 'array' });
      return rows as unknown as readonly Row[];
    },

    schemaVersion,
    async migrate(plan) {
      await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${LOCK_SPACE}, 0)`);
      const migrations = plan(await schemaVersion());
      await client.query(
        `CREATE TABLE IF NOT EXISTS scoria_migrations (
          version int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
      );
      for (const { version, statements } of migrations) {
        for (const statement of statements) await client.query(statement);
        await client.query('INSERT INTO scoria_migrations (version) VALUES ($1)', [version]);
      }
      await client.query('COMMIT');
    },

    end: () => client.end(),
    discard: () => void client.end().catch(() => {}),
  };
};
