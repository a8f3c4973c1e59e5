import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import type { StoredEvent } from '../domain/event.ts';
import { type Appended, appendToStream, assertAppend } from './append-to-stream.ts';
import { createArrivals } from './follow.ts';
import { createGroupCommit } from './group-commit.ts';
import { logClosed, logNotEmpty, wrongRevision } from './log-errors.ts';
import { pagedReader } from './paged-reader.ts';
import type { Append, EventLog } from './port.ts';
import { explainSqlite, logLocked } from './sqlite-errors.ts';
import { assertUnwritten, openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import { sqliteLeases } from './sqlite-leases.ts';
import { type SqliteRecords, sqliteRecords } from './sqlite-records.ts';
import { derivedTransaction, untilLate, whenFree, writeTransaction } from './write-transaction.ts';

const LOCK_TIMEOUT_MS = 10_000;
const LOAD_EVENTS = 1_000;
/** How long a subscriber may not notice what other processes append. */
const POLL_MS = 50;

/** Projections that move with the append. */
export interface InTransaction {
  /** Called inside the append's transaction, with the events just inserted, in order. Synchronous. */
  apply(events: readonly StoredEvent[]): void;
  /** What was applied last may not stand: forget what is kept outside the database. `apply` may come again. */
  rolledBack?(): void;
}

export interface SqliteLog extends EventLog {
  /** Without links. */
  readonly file: string;
  /** The log's own connection: never leave a transaction or a statement open on it across an await. */
  readonly database: DatabaseSync;
  moveWithAppends(projections: InTransaction): void;
}

export interface SqliteLogOptions {
  readonly file: string;
  readonly ifMissing: 'create' | 'refuse';
  readonly readOnly?: boolean;
  readonly lockTimeoutMs?: number;
}

const createProjections = () => {
  const registered: InTransaction[] = [];
  return {
    register: (projections: InTransaction) => void registered.push(projections),
    apply(events: readonly StoredEvent[]) {
      if (events.length > 0) for (const projections of registered) projections.apply(events);
    },
    rolledBack() {
      for (const projections of registered) projections.rolledBack?.();
    },
  };
};
type Projections = ReturnType<typeof createProjections>;

/** Inside a transaction: everything, its projections moved in chunks. */
const storeAll = (name: string, records: SqliteRecords, projections: Projections, appends: Iterable<Append>): void => {
  let chunk: StoredEvent[] = [];
  for (const append of appends) {
    assertAppend(append);
    const { result, inserted } = appendToStream(records, append);
    if (E.isLeft(result)) throw wrongRevision(name, result.left);
    chunk.push(...inserted);
    if (chunk.length < LOAD_EVENTS) continue;
    projections.apply(chunk);
    chunk = [];
  }
  projections.apply(chunk);
};

const sqliteLog = (opened: SqliteFile, lockTimeoutMs: number): SqliteLog => {
  const { file, database } = opened;
  const name = `sqlite:${file}`;
  const records = sqliteRecords(database);
  const projections = createProjections();
  const arrivals = createArrivals();
  let closing: Promise<void> | undefined;

  const late = (busy: unknown) => logLocked(file, lockTimeoutMs, busy);
  const assertOpen = (): void => {
    if (closing !== undefined) throw logClosed(name);
  };
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const wasClosed = closing !== undefined && (error as NodeJS.ErrnoException).code === 'ERR_INVALID_STATE';
      throw wasClosed ? logClosed(name) : explainSqlite(error, file);
    }
  };

  /** Runs a query at once, or as soon as the file is free. */
  const read = <T>(query: () => T): Promise<T> =>
    explained(() =>
      whenFree(
        () => {
          assertOpen();
          assertUnwritten(opened);
          return query();
        },
        untilLate(lockTimeoutMs, late),
      ),
    );

  const reader = pagedReader(
    {
      lastPosition: () => read(records.lastPosition),
      pageOfStream: (stream, from, to) => read(() => records.pageOfStream(stream, from, to)),
      pageAfter: (position, upTo) => read(() => records.pageAfter(position, upTo)),
    },
    arrivals,
    POLL_MS,
  );

  const commits = createGroupCommit<Append, Appended>({
    database,
    store(appends) {
      const stored = appends.map((append) => appendToStream(records, append));
      projections.apply(stored.flatMap(({ inserted }) => inserted));
      return stored;
    },
    rolledBack: projections.rolledBack,
    committed: (stored) => {
      if (stored.some(({ inserted }) => inserted.length > 0)) arrivals.announce();
    },
    timeoutMs: lockTimeoutMs,
    late,
  });

  const inOneTransaction = async (work: () => void): Promise<void> => {
    assertOpen();
    try {
      await explained(() => writeTransaction(database, work, untilLate(lockTimeoutMs, late)));
    } catch (error) {
      projections.rolledBack();
      throw error;
    }
    arrivals.announce();
  };

  const close = async (): Promise<void> => {
    await commits.idle();
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Best effort: whoever opens the log next reads the write-ahead log.
    }
    database.close();
    arrivals.announce();
  };

  return {
    name,
    gapless: true,
    file,
    database,
    moveWithAppends: projections.register,

    async append(append) {
      assertAppend(append);
      assertOpen();
      return (await explained(() => commits.add(append))).result;
    },

    appendAll: (appends) => inOneTransaction(() => storeAll(name, records, projections, appends)),

    appendToEmpty: (appends) =>
      inOneTransaction(() => {
        if (records.lastPosition() > 0n) throw logNotEmpty(name);
        storeAll(name, records, projections, appends);
      }),

    ...reader,

    leases: sqliteLeases({
      database,
      read,
      write(work) {
        assertOpen();
        return explained(() => derivedTransaction(database, work, untilLate(lockTimeoutMs, late)));
      },
    }),

    close() {
      closing ??= close();
      return closing;
    },
  };
};

/** A log in one SQLite file, for any number of processes on one host. */
export const openSqliteLog = async (options: SqliteLogOptions): Promise<SqliteLog> => {
  const { readOnly = false, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  return sqliteLog(await openSqliteFile({ ...options, readOnly, lockTimeoutMs }), lockTimeoutMs);
};
