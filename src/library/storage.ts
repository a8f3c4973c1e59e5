import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { ScoriaError } from '../domain/errors.ts';
import { createMemoryLog } from '../eventlog/memory.ts';
import type { EventLog } from '../eventlog/port.ts';
import { openSqliteLog, type SqliteLog } from '../eventlog/sqlite.ts';
import { explainSqlite, logLocked } from '../eventlog/sqlite-errors.ts';
import { derivedTransaction, untilLate } from '../eventlog/write-transaction.ts';
import type { Onlooker } from '../progress.ts';
import type { TableProjection } from '../projections/projection.ts';
import { memoryDatabase, type ProjectionDatabase } from '../projections/projection-database.ts';
import { type CatchUp, Projector } from '../projections/projector.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { openProjectionFile } from './projection-file.ts';
import { watched } from './watched.ts';

/** A log, and the projections that are kept in step with it. */
export interface Storage {
  readonly log: EventLog;
  readonly projector: Projector;
  readonly definitions: readonly TableProjection[];
  readonly onlooker: Onlooker;
  close(): Promise<void>;
}

export interface StorageOptions {
  /** The path of a SQLite log, `:memory:`, or a log that is open and that the storage closes. */
  readonly log: string | EventLog;
  readonly ifMissing: 'create' | 'refuse';
  readonly lockTimeoutMs: number;
  readonly projections: readonly TableProjection[];
  /** Where the projections of a log of the caller's own are kept; in memory unless given. */
  readonly projectionDirectory?: string | undefined;
  /** So long a read waits for projections that get no further; the engine's default unless given. */
  readonly catchUpTimeoutMs?: number;
  readonly onlooker?: Onlooker;
}

const limitsOf = ({ catchUpTimeoutMs, onlooker }: StorageOptions): CatchUp => ({
  timeoutMs: catchUpTimeoutMs ?? ENGINE_DEFAULTS.catchUpTimeoutMs,
  onProgress: (subject, reached, target) =>
    onlooker?.onProgress?.({
      work: 'catch-up',
      subject,
      unit: 'events',
      done: Number(reached),
      total: Number(target),
    }),
});

export const openStorage = async (options: StorageOptions): Promise<Storage> => {
  if (typeof options.log !== 'string') return elsewhere(options.log, options);
  if (options.log === ':memory:') return withMemoryLog(options);
  const { log: file, ifMissing, lockTimeoutMs } = options;
  const log = await openSqliteLog({ file, ifMissing, lockTimeoutMs });
  return insideLog(log, options);
};

/** The projections share the log's database and move in its transactions. */
const insideLog = async (log: SqliteLog, options: StorageOptions): Promise<Storage> => {
  const { lockTimeoutMs, projections, onlooker = {} } = options;
  const late = (busy: unknown) => logLocked(log.file, lockTimeoutMs, busy);
  const database: ProjectionDatabase = {
    db: log.database,
    async write(work) {
      try {
        return await derivedTransaction(log.database, work, untilLate(lockTimeoutMs, late));
      } catch (error) {
        throw explainSqlite(error, log.file);
      }
    },
  };
  try {
    const projector = await Projector.open(watched(log, onlooker), database, projections, limitsOf(options));
    log.moveWithAppends({
      apply: (events) => {
        if (isNonEmpty(events)) projector.applyInAppend(events);
      },
      rolledBack: () => projector.rolledBack(),
    });
    return { log, projector, definitions: projections, onlooker, close: () => log.close() };
  } catch (error) {
    // A log that can only be read has no place for projections that it does not have yet.
    if (error instanceof ScoriaError && error.code === 'LogReadOnly') return besideLog(log, options);
    await log.close();
    throw error;
  }
};

/** Both are this process's own, and the projections move with every append. */
const withMemoryLog = async (options: StorageOptions): Promise<Storage> => {
  const log = createMemoryLog();
  const database = memoryDatabase();
  const storage = await besideLog(log, options, database);
  log.moveWithAppends((events) => {
    if (!isNonEmpty(events)) return;
    try {
      database.writeNow(() => storage.projector.applyInAppend(events));
    } catch (error) {
      storage.projector.rolledBack();
      throw error;
    }
  });
  return storage;
};

/** The projections stand on this host, for all its processes, unless nobody said where. */
const elsewhere = async (log: EventLog, options: StorageOptions): Promise<Storage> => {
  const { projectionDirectory, lockTimeoutMs } = options;
  if (projectionDirectory === undefined) return besideLog(log, options);
  try {
    return await besideLog(log, options, await openProjectionFile(projectionDirectory, log, lockTimeoutMs));
  } catch (error) {
    await log.close();
    throw error;
  }
};

/** The projections stand apart from the log, and catch up before every read. */
const besideLog = async (
  log: EventLog,
  options: StorageOptions,
  database: ProjectionDatabase = memoryDatabase(),
): Promise<Storage> => {
  const { projections, onlooker = {} } = options;
  const close = async (): Promise<void> => {
    await log.close();
    if (database.db.isOpen) database.db.close();
  };
  try {
    const projector = await Projector.open(watched(log, onlooker), database, projections, limitsOf(options));
    return { log, projector, definitions: projections, onlooker, close };
  } catch (error) {
    await close();
    throw error;
  }
};
