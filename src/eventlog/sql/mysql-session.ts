import type mysql from 'mysql2/promise';
import type { StoredEvent } from '../../domain/event.ts';
import { inTime } from '../../in-time.ts';
import { within } from '../paged-reader.ts';
import { NO_ANSWER } from './mysql-faults.ts';
import { type EventRow, numberOr, pageOf, pageQuery } from './records.ts';
import type { Migration, SqlSession } from './server.ts';
import { eventTooBig } from './sql-errors.ts';

/** Beyond the wait for a lock: how long a statement may go without an answer. */
const ANSWER_TIMEOUT_MS = 60_000;
const MIGRATION_LOCK_SECONDS = 60;
const NO_SUCH_TABLE = 1146;

const STREAM_PAGE = pageQuery('stream = ? AND revision BETWEEN ? AND ?', 'revision');
const LOG_PAGE = pageQuery('position > ? AND position <= ?', 'position');

const INSERT = 'INSERT INTO scoria_events (position, stream, revision, id, body, hash) VALUES ?';

const RENEW = `
  INSERT INTO scoria_leases (executor, counter, length_ms) VALUES (?, 1, ?)
  ON DUPLICATE KEY UPDATE counter = counter + 1, length_ms = ?`;

type Rows<Row> = Row[] & mysql.RowDataPacket[][];

/** What the server calls its bound is that of the whole packet. */
const PACKET_OVERHEAD_BYTES = 64;

const noAnswer = (): Error => Object.assign(new Error('no answer came'), { code: NO_ANSWER });

export const mysqlSession = (
  connection: mysql.Connection,
  { lockTimeoutMs, packetBytes }: { readonly lockTimeoutMs: number; readonly packetBytes: number },
): SqlSession => {
  let ended = false;
  const end = () => {
    ended = true;
  };
  connection.on('error', end);
  connection.on('end', end);

  // The client's own timers go on when the connection is lost, and keep a process that is done from its end.
  const answered = <Answer>(query: Promise<Answer>) => inTime(query, lockTimeoutMs + ANSWER_TIMEOUT_MS, noAnswer);
  const run = async (sql: string, values: unknown[] = []): Promise<void> => {
    await answered(connection.query({ sql }, values));
  };
  const rowsOf = async <Row>(sql: string, values: unknown[] = []): Promise<readonly Row[]> =>
    (await answered(connection.query<Rows<Row>>({ sql }, values)))[0];

  const lastPosition = async (): Promise<bigint> => {
    const [row] = await rowsOf<readonly [string | null]>('SELECT max(position) FROM scoria_events');
    return numberOr(0n, row?.[0]);
  };

  const schemaVersion = async (): Promise<number> => {
    try {
      const [row] = await rowsOf<readonly [number | null]>('SELECT max(version) FROM scoria_migrations');
      return row?.[0] ?? 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).errno === NO_SUCH_TABLE) return 0;
      throw error;
    }
  };

  /** In as many statements as the server's packets ask for. */
  const insert = async (events: readonly StoredEvent[]): Promise<void> => {
    const rows = events.map(({ position, stream, revision, id, body, hash }) => [
      position,
      stream,
      revision,
      id,
      body,
      hash,
    ]);
    const sql = connection.format(INSERT, [rows]);
    if (Buffer.byteLength(sql) + PACKET_OVERHEAD_BYTES <= packetBytes) return run(sql);
    if (events.length === 1) throw eventTooBig(packetBytes);
    const middle = Math.ceil(events.length / 2);
    await insert(events.slice(0, middle));
    await insert(events.slice(middle));
  };

  const runMigrations = async (plan: (version: number) => readonly Migration[]): Promise<void> => {
    await run(
      `CREATE TABLE IF NOT EXISTS scoria_migrations (
        version INT NOT NULL PRIMARY KEY, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) ENGINE = InnoDB`,
    );
    for (const { version, statements } of plan(await schemaVersion())) {
      for (const statement of statements) await run(statement);
      await run('INSERT INTO scoria_migrations (version) VALUES (?)', [version]);
    }
  };

  return {
    usable: () => !ended,
    async begin() {
      await run('START TRANSACTION');
      const turn = await rowsOf('SELECT id FROM scoria_turn WHERE id = 1 FOR UPDATE');
      if (turn.length === 0) throw new Error('the table scoria_turn has lost its row, which appends take turns by');
    },
    commit: () => run('COMMIT'),

    async heads(streams) {
      // A subquery for each stream: grouping may read all their revisions.
      const each = streams.map(() => '(SELECT max(revision) FROM scoria_events WHERE stream = ?)');
      const sql = `SELECT ${['(SELECT max(position) FROM scoria_events)', ...each].join(', ')}`;
      const [row] = await rowsOf<readonly (string | null)[]>(
        sql,
        streams.map((stream) => Buffer.from(stream)),
      );
      const [position, ...revisions] = row ?? [];
      return { position: numberOr(0n, position), revisions: revisions.map((revision) => numberOr(-1n, revision)) };
    },

    insert,

    lastPosition,
    async pageOfStream(stream, from, to) {
      const values = [Buffer.from(stream), within(from), within(to)];
      return pageOf(await rowsOf<EventRow>(STREAM_PAGE, values));
    },
    async pageAfter(position, upTo) {
      return pageOf(await rowsOf<EventRow>(LOG_PAGE, [within(position), within(upTo)]));
    },

    leases: {
      renew: (executor, lengthMs) => run(RENEW, [executor, lengthMs, lengthMs]),
      async read(executor) {
        const sql = 'SELECT counter, length_ms FROM scoria_leases WHERE executor = ?';
        const [row] = await rowsOf<readonly [string, string]>(sql, [executor]);
        return row === undefined ? null : { counter: BigInt(row[0]), lengthMs: Number(row[1]) };
      },
      release: (executor) => run('DELETE FROM scoria_leases WHERE executor = ?', [executor]),
    },

    async rows<Row extends readonly unknown[]>(statement: string, values: readonly unknown[] = []) {
      const rows = await rowsOf<Row>(statement, [...values]);
      // What changes rows has a summary instead.
      return Array.isArray(rows) ? rows : [];
    },

    schemaVersion,
    async migrate(plan) {
      const lock = "SELECT GET_LOCK(concat('scoria_', sha2(database(), 224)), ?)";
      const [got] = await rowsOf<readonly [number]>(lock, [MIGRATION_LOCK_SECONDS]);
      if (got?.[0] !== 1) throw new Error('another process migrates this log and does not end');
      await runMigrations(plan);
    },

    end: () => connection.end(),
    discard: () => connection.destroy(),
  };
};
