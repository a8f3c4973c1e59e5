import { DatabaseSync } from 'node:sqlite';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { createMemoryLog } from '../eventlog/memory.ts';
import type { EventLog } from '../eventlog/port.ts';
import { openSqliteLog, type SqliteLog } from '../eventlog/sqlite.ts';
import { logLocked } from '../eventlog/sqlite-errors.ts';
import { untilLate, writeTransaction } from '../eventlog/write-transaction.ts';
import type { TableProjection } from '../projections/projection.ts';
import { type ProjectionDatabase, Projector } from '../projections/projector.ts';

/** A log, and the projections that are kept in step with it. */
export interface Storage {
  readonly log: EventLog;
  readonly projector: Projector;
  close(): Promise<void>;
}

export interface StorageOptions {
  /** The path of a SQLite log, `:memory:`, or a log of the caller's own. */
  readonly log: string | EventLog;
  readonly ifMissing: 'create' | 'refuse';
  readonly lockTimeoutMs: number;
  readonly projections: readonly TableProjection[];
}

export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  if (typeof options.log !== 'string') return besideLog(options.log, options.projections);
  if (options.log === ':memory:') return besideLog(createMemoryLog(), options.projections);
  const { log: file, ifMissing, lockTimeoutMs } = options;
  const log = await openSqliteLog({ file, ifMissing, lockTimeoutMs });
  return insideLog(log, options);
};

/** The projections share the log's database and move in its transactions. */
const insideLog = async (log: SqliteLog, { lockTimeoutMs, projections }: StorageOptions): Promise<Storage> => {
  const late = (busy: unknown) => logLocked(log.name, lockTimeoutMs, busy);
  const database: ProjectionDatabase = {
    db: log.database,
    write: (work) => writeTransaction(log.database, work, untilLate(lockTimeoutMs, late)),
  };
  try {
    const projector = await Projector.open(log, database, projections);
    log.moveWithAppends({
      apply: (events) => {
        if (isNonEmpty(events)) projector.applyInAppend(events);
      },
    });
    return { log, projector, close: () => log.close() };
  } catch (error) {
    await log.close();
    throw error;
  }
};

/** The projections stand in a database of this process, and catch up before every read. */
const besideLog = async (log: EventLog, projections: readonly TableProjection[]): Promise<Storage> => {
  const db = new DatabaseSync(':memory:');
  const database: ProjectionDatabase = {
    db,
    write: async (work) =>
      writeTransaction(db, work, (busy) => {
        throw busy;
      }),
  };
  const projector = await Projector.open(log, database, projections);
  return {
    log,
    projector,
    async close() {
      await log.close();
      db.close();
    },
  };
};
