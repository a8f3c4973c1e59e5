import { hash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { logError } from '../eventlog/log-errors.ts';
import type { EventLog } from '../eventlog/port.ts';
import { explainFileSystem, explainSqlite, isDamaged } from '../eventlog/sqlite-errors.ts';
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

const EXTENSION = '.db';

/**
 * A log has a link in the directory, by its name. It leads to a file under a name that is never used again: SQLite keeps
 * two more beside a file, and a new one must not meet those of one that was removed while others had it open.
 */
const linkOf = (directory: string, { name }: Followed): string =>
  join(directory, `${hash('sha256', name).slice(0, 32)}${EXTENSION}`);

/** The event that the rows went by last: a log that does not hold it is another one. */
const WITNESS =
  'CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY, position INTEGER NOT NULL, hash TEXT NOT NULL) STRICT';
const REMEMBER = `INSERT INTO followed VALUES (1, ?, ?) ON CONFLICT (one)
  DO UPDATE SET position = excluded.position, hash = excluded.hash WHERE excluded.position > position`;

/** `mode=rw` never creates a file. */
const connect = (file: string, mode: 'rw' | 'rwc'): DatabaseSync => {
  const url = pathToFileURL(file);
  url.search = `mode=${mode}`;
  const database = new DatabaseSync(url, { timeout: 0 });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${WITNESS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const SUFFIXES = ['', '-wal', '-shm', '-journal'];
const removeAll = (file: string): void => {
  for (const suffix of SUFFIXES) rmSync(`${file}${suffix}`, { force: true });
};

/** So long nobody has written into a file that no link leads to, before it is cleared away. */
const LEFT_FOR_MS = 60 * 60 * 1000;

const isLeft = (file: string): boolean => {
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > LEFT_FOR_MS;
};

/** What was removed by its link alone, or in part. Whoever still has it open keeps it. */
const clearLeft = (link: string, standing: string): void => {
  const [directory, own] = [dirname(link), basename(link, EXTENSION)];
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    if (name.startsWith(`${own}-`) && !file.startsWith(standing) && isLeft(file)) rmSync(file, { force: true });
  }
};

/** Under a name of its own; `null` when another process was first to lead the link to its file. */
const create = (link: string): DatabaseSync | null => {
  const file = `${link.slice(0, -EXTENSION.length)}-${randomUUID()}${EXTENSION}`;
  const database = connect(file, 'rwc');
  try {
    chmodSync(file, 0o600);
    symlinkSync(basename(file), link);
  } catch (error) {
    database.close();
    removeAll(file);
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  clearLeft(link, file);
  return database;
};

/** Where the link leads to; `null` where there is none. */
const standingAt = (link: string): string | null => {
  try {
    return join(dirname(link), readlinkSync(link));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') rmSync(link);
    return null;
  }
};

const connectStanding = (file: string): DatabaseSync | null => {
  try {
    return connect(file, 'rw');
  } catch (error) {
    if (existsSync(file) && !isDamaged(error)) throw error;
    return null;
  }
};

/** What is damaged, or not there any more, can be made anew from the log. */
const connectAnyhow = (link: string): DatabaseSync => {
  for (;;) {
    const standing = standingAt(link);
    const database = standing === null ? create(link) : connectStanding(standing);
    if (database !== null) return database;
    if (standing === null) continue;
    rmSync(link, { force: true });
    removeAll(standing);
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

const locked = (file: string, timeoutMs: number, cause: unknown): ScoriaError =>
  logError(
    rejections.LogUnavailable,
    `the read models in ${file} are locked: another process holds them for longer than ${timeoutMs} ms`,
    'end that process, or remove the file: it is made anew from the log',
    { file },
    { cause },
  );

/**
 * Opens the file in which this host keeps the projections of a log that is elsewhere. It may be removed at any time, also
 * while others have it open: it is made anew from the log, and so it is when it turns out to follow another log than this
 * one, or is damaged.
 */
export const openProjectionFile = async (
  directory: string,
  log: Followed,
  lockTimeoutMs: number,
): Promise<ProjectionFile> => {
  const file = linkOf(directory, log);
  const late = (busy: unknown) => locked(file, lockTimeoutMs, busy);
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
