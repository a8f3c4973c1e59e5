import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { cinderDatabaseSource } from '../commands/cinderlib/database.ts';
import { readCinderlibDump, wholeText } from '../commands/cinderlib/dump.ts';
import type { RecordSource } from '../commands/cinderlib/records.ts';
import type { CinderDatabase } from '../commands/cinderlib/tables.ts';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { isLogUrl } from '../log-url.ts';
import { logNameOf } from './log-credential.ts';
import { type ServerSurroundings, sqlServerAt } from './open-log.ts';

/**
 * A dump, as text, and what it is called; or cinderlib's database: the path of a SQLite file, or a URL such as
 * `postgres://user@host/cinder?password=env:NAME`, also as SQLAlchemy writes it (`mysql+pymysql://...`).
 */
export type CinderlibSource =
  | { readonly text: string | AsyncIterable<string>; readonly name?: string }
  | { readonly database: string };

export interface CinderlibImportOptions {
  /** Only tells what would become of each record. */
  readonly dryRun?: boolean;
  /** Imports what can be, and leaves out the rest. */
  readonly leaveOut?: boolean;
  /** What backends are called here, by the name that cinderlib has for them. */
  readonly backends?: Readonly<Record<string, string>>;
}

const SQLITE_MAGIC = 'SQLite format 3\0';
const SQLITE_URL = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/;

/** Whether it names a database: by a URL, or as a file that is one. */
export const isCinderDatabase = async (source: string): Promise<boolean> => {
  if (isLogUrl(source)) return true;
  try {
    await using file = await open(source, 'r');
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(SQLITE_MAGIC.length), position: 0 });
    return buffer.toString('latin1', 0, bytesRead) === SQLITE_MAGIC;
  } catch {
    // Whoever reads it as a text says why it cannot be read.
    return false;
  }
};

/** Opens a source, and closes it after `work`. */
export const withCinderlibSource = async <Result>(
  source: CinderlibSource,
  surroundings: ServerSurroundings,
  work: (records: RecordSource) => Promise<Result>,
): Promise<Result> => {
  if ('text' in source) return work(readCinderlibDump(await wholeText(source.text), source.name ?? 'a dump'));
  await using database = await openDatabase(source.database, surroundings);
  return await work(cinderDatabaseSource(database));
};

const openDatabase = async (place: string, surroundings: ServerSurroundings): Promise<CinderDatabase> => {
  const [, file] = SQLITE_URL.exec(place) ?? [];
  if (file !== undefined) return sqliteDatabase(file);
  return isLogUrl(place) ? serverDatabase(place.replace(/^(\w+)\+\w+:/, '$1:'), surroundings) : sqliteDatabase(place);
};

const sqliteDatabase = (file: string): CinderDatabase => {
  const unreadable = (error: unknown) =>
    new ScoriaError(
      rejections.InvalidInput(
        `the database ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        'give the path of the SQLite file that cinderlib keeps its metadata in',
        { file },
      ),
      { cause: error },
    );
  const explained = <Answer>(query: () => Answer): Answer => {
    try {
      return query();
    } catch (error) {
      throw unreadable(error);
    }
  };
  const url = pathToFileURL(file);
  url.search = 'mode=ro';
  const database = explained(() => {
    const opened = new DatabaseSync(url, { readOnly: true });
    opened.exec('BEGIN');
    return opened;
  });
  return {
    name: file,
    dialect: 'sqlite',
    rows: async (query, values = []) =>
      explained(() => {
        const statement = database.prepare(query);
        statement.setReturnArrays(true);
        statement.setReadBigInts(true);
        return statement.all(...values) as unknown as readonly (readonly unknown[])[];
      }),
    [Symbol.asyncDispose]: async () => database.close(),
  };
};

/** Both passes see the same moment. */
const SNAPSHOT = {
  postgresql: ['BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY'],
  mysql: [
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
  ],
} as const;

const serverDatabase = async (url: string, surroundings: ServerSurroundings): Promise<CinderDatabase> => {
  const server = await sqlServerAt(url, surroundings);
  const dialect = server.place.name.startsWith('postgres') ? 'postgresql' : 'mysql';
  const explained = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await work();
    } catch (error) {
      throw server.faultOf(error).error;
    }
  };
  const session = await explained(() => server.connect());
  for (const statement of SNAPSHOT[dialect]) await explained(() => session.rows(statement));
  return {
    name: logNameOf(url),
    dialect,
    rows: (query, values = []) => explained(() => session.rows(query, values)),
    [Symbol.asyncDispose]: () => session.end(),
  };
};
