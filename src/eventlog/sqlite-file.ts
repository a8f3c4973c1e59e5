import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ScoriaError } from '../domain/errors.ts';
import {
  explainFileSystem,
  explainSqlite,
  isBusy,
  isDamaged,
  isForbidden,
  logDamaged,
  logInvalid,
  logLocked,
  logNewer,
  logNotFound,
  logUnavailable,
} from './sqlite-errors.ts';
import { pagesInWal, sizeOf, walOf } from './sqlite-wal.ts';
import { rollBack, untilLate, whenFree } from './write-transaction.ts';

/** 'SCOR' in the file's header. */
const APPLICATION_ID = 0x53434f52;
const SCHEMA_VERSION = 1;
const FULL_SYNC = 2;

const SCHEMA = `
  BEGIN IMMEDIATE;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 0),
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    UNIQUE (stream, revision)
  ) STRICT;
  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are not changed'); END;
  CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are not deleted'); END;
  COMMIT;
`;

export interface SqliteFileOptions {
  readonly file: string;
  readonly ifMissing: 'create' | 'refuse';
  readonly readOnly: boolean;
  readonly lockTimeoutMs: number;
}

export interface SqliteFile {
  /** Without links: SQLite keeps the write-ahead log beside it. */
  readonly file: string;
  readonly database: DatabaseSync;
  readonly immutable: boolean;
}

type Access = 'rw' | 'ro' | 'immutable';

/** `mode=rw` never creates a file. */
const connect = (file: string, access: Access): DatabaseSync => {
  const url = pathToFileURL(file);
  url.search = access === 'immutable' ? 'mode=ro&immutable=1' : `mode=${access}`;
  return new DatabaseSync(url, { timeout: 0, readOnly: access !== 'rw' });
};

const pragma = (database: DatabaseSync, name: string): unknown => {
  const statement = database.prepare(`PRAGMA ${name}`);
  statement.setReturnArrays(true);
  return (statement.get() as unknown as readonly unknown[] | undefined)?.[0];
};

const syncPath = (path: string): void => {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Built apart and linked into place when it is whole: no process ever sees half a log, and the first one wins. */
const create = (file: string): void => {
  const draft = `${file}.${randomUUID()}.new`;
  try {
    const database = new DatabaseSync(draft, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      database.exec(SCHEMA);
    } finally {
      database.close();
    }
    syncPath(draft);
    linkSync(draft, file);
    syncPath(dirname(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true });
  }
};

const assertIdentity = (database: DatabaseSync, file: string): void => {
  if (pragma(database, 'application_id') !== APPLICATION_ID)
    throw logInvalid(file, 'is a database, but not a log of Scoria', 'give the path of a log');
  const version = Number(pragma(database, 'user_version'));
  if (version > SCHEMA_VERSION) throw logNewer(file, version, SCHEMA_VERSION);
  if (version !== SCHEMA_VERSION) throw logDamaged(file, `has the schema version ${version}, which never was`);
};

/** Each page must be in the file or in the write-ahead log; SQLite itself notices only when it comes to a page. */
const assertWhole = (database: DatabaseSync, file: string): void => {
  database.exec('BEGIN');
  try {
    const pages = Number(pragma(database, 'page_count'));
    const pageBytes = Number(pragma(database, 'page_size'));
    const inFile = () => Math.floor((sizeOf(file) ?? 0) / pageBytes);
    if (inFile() >= pages) return;
    // In this order: the write-ahead log begins anew only once the file holds its pages.
    const inWal = pagesInWal(file, pageBytes);
    for (let page = inFile() + 1; page <= pages; page += 1)
      if (!inWal.has(page)) throw logDamaged(file, `is cut off: page ${page} of ${pages} is missing`);
  } finally {
    rollBack(database);
  }
};

/**
 * Looks before touching: through SQLite, because closing a descriptor of one's own would drop this process's locks on
 * the file, and read-only, so that a foreign or damaged file stays as it is.
 */
const look = (file: string): void => {
  const database = connect(file, sizeOf(walOf(file)) ? 'ro' : 'immutable');
  try {
    assertIdentity(database, file);
    assertWhole(database, file);
  } finally {
    database.close();
  }
};

const seemsDamaged = (error: unknown): boolean =>
  isDamaged(error) || (error instanceof ScoriaError && error.code === 'LogInvalid');

const inspect = (file: string): void => {
  if (statSync(file).size === 0)
    throw logInvalid(file, 'is empty: it may be a log that was cut off', 'restore it, or remove it to start anew');
  try {
    look(file);
  } catch (error) {
    if (!seemsDamaged(error)) throw error;
    // Another process may have begun to move pages from its write-ahead log in between: what is damaged stays so.
    look(file);
  }
};

const prepare = (database: DatabaseSync, file: string, access: Access): void => {
  database.exec('PRAGMA synchronous = FULL');
  if (pragma(database, 'synchronous') !== FULL_SYNC)
    throw logUnavailable(file, 'does not take synchronous=FULL', 'use the SQLite that comes with Node.js');
  assertIdentity(database, file);
  if (access === 'rw' && pragma(database, 'journal_mode') !== 'wal') pragma(database, 'journal_mode = WAL');
  try {
    database.prepare('SELECT position, stream, revision, id, body, hash FROM events LIMIT 1').get();
  } catch (error) {
    if (isBusy(error)) throw error;
    throw logDamaged(file, 'has no table of events that can be read', error);
  }
};

const connectPrepared = (file: string, access: Access): SqliteFile => {
  const database = connect(file, access);
  try {
    prepare(database, file, access);
    return { file, database, immutable: access === 'immutable' };
  } catch (error) {
    database.close();
    throw error;
  }
};

const connectAsAllowed = (file: string, readOnly: boolean): SqliteFile => {
  try {
    return connectPrepared(file, readOnly ? 'ro' : 'rw');
  } catch (error) {
    // Where not even a reader may make a write-ahead log, and none is there, nobody is writing.
    if (!isForbidden(error) || sizeOf(walOf(file)) !== undefined) throw error;
    return connectPrepared(file, 'immutable');
  }
};

const findOrCreate = (file: string, mayCreate: boolean): string => {
  // In this order: a log that another process creates meanwhile is there before its write-ahead log is.
  const orphan = sizeOf(walOf(file));
  if (sizeOf(file) === undefined) {
    if (orphan) throw logInvalid(file, 'is gone, but its write-ahead log is there', 'restore it, or remove both');
    if (!mayCreate) throw logNotFound(file);
    create(file);
  }
  if (!statSync(file).isFile()) throw logUnavailable(file, 'is not a file', 'give the path of a file');
  return realpathSync(file);
};

/** Opens a log that is there, whole, of a known version, and durable at every commit. */
export const openSqliteFile = async (options: SqliteFileOptions): Promise<SqliteFile> => {
  const { ifMissing, readOnly, lockTimeoutMs } = options;
  const named = resolve(options.file);
  const waiting = untilLate(lockTimeoutMs, (busy) => logLocked(named, lockTimeoutMs, busy));
  try {
    const file = findOrCreate(named, ifMissing === 'create' && !readOnly);
    await whenFree(() => inspect(file), waiting);
    return await whenFree(() => connectAsAllowed(file, readOnly), waiting);
  } catch (error) {
    throw explainFileSystem(explainSqlite(error, named), named);
  }
};

/** Reads of an immutable file take no lock: they end when somebody begins to write it. */
export const assertUnwritten = ({ file, immutable }: SqliteFile): void => {
  if (immutable && sizeOf(walOf(file)) !== undefined)
    throw logUnavailable(file, 'has begun to be written by another process', 'open it again');
};
