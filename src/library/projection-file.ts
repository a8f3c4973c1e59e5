import { hash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ScoriaError } from '../domain/errors.ts';
import type { EventLog } from '../eventlog/port.ts';
import { explainFileSystem, explainSqlite, isDamaged, logLocked } from '../eventlog/sqlite-errors.ts';
import { derivedTransaction, untilLate, whenFree } from '../eventlog/write-transaction.ts';
import type { ProjectionDatabase } from '../projections/projection-database.ts';

export interface ProjectionFile extends ProjectionDatabase {
  readonly file: string;
  close(): void;
}

type Followed = Pick<EventLog, 'name' | 'readAll'>;

/** Where this user keeps the projections of logs that are no files of this host. */
export const projectionDirectoryOfUser = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string => join(environment.XDG_STATE_HOME || join(homedir(), '.local/state'), 'scoria', 'projections');

/** A log has a file of its own in the directory, by its name. */
const fileOf = (directory: string, { name }: Followed): string =>
  join(directory, `${hash('sha256', name).slice(0, 32)}.db`);

/** The event that the rows went by last: a log that does not hold it is another one. */
const WITNESS =
  'CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY, position INTEGER NOT NULL, hash TEXT NOT NULL) STRICT';
const REMEMBER = `INSERT INTO followed VALUES (1, ?, ?) ON CONFLICT (one)
  DO UPDATE SET position = excluded.position, hash = excluded.hash WHERE excluded.position > position`;

const connect = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${WITNESS}`);
    chmodSync(file, 0o600);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** What is damaged can be made anew from the log. */
const connectAnyhow = (file: string): DatabaseSync => {
  try {
    return connect(file);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    return connect(file);
  }
};

const isOf = async (log: Followed, database: DatabaseSync): Promise<boolean> => {
  const select = database.prepare('SELECT position, hash FROM followed');
  select.setReadBigInts(true);
  const witness = select.get();
  if (witness === undefined) return true;
  const position = witness.position as bigint;
  for await (const event of log.readAll({ after: position - 1n, upTo: position })) return event.hash === witness.hash;
  return false;
};

const empty = (database: DatabaseSync): void => {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  for (const { name } of tables.all()) database.exec(`DROP TABLE "${name}"`);
  database.exec(WITNESS);
};

/**
 * Opens the file in which this host keeps the projections of a log that is elsewhere. It may be removed at any time: it is
 * made anew from the log, and so it is when it turns out to follow another log than this one, or is damaged.
 */
export const openProjectionFile = async (
  directory: string,
  log: Followed,
  lockTimeoutMs: number,
): Promise<ProjectionFile> => {
  const file = fileOf(directory, log);
  const late = (busy: unknown) => logLocked(file, lockTimeoutMs, busy);
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof ScoriaError ? error : explainFileSystem(explainSqlite(error, file), file);
    }
  };
  const db = await explained(async () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return whenFree(() => connectAnyhow(file), untilLate(lockTimeoutMs, late));
  });
  const write = <T>(work: () => T): Promise<T> =>
    explained(() => derivedTransaction(db, work, untilLate(lockTimeoutMs, late)));
  try {
    if (!(await isOf(log, db))) await write(() => empty(db));
  } catch (error) {
    db.close();
    throw error;
  }
  const remember = db.prepare(REMEMBER);
  return {
    file,
    db,
    write,
    followed: ({ position, meta }) => void remember.run(position, meta.hash),
    close: () => db.close(),
  };
};
