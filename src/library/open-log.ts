import type { EventLog } from '../eventlog/port.ts';
import type { Migrated } from '../eventlog/sql/migrate.ts';
import type { SqlServer } from '../eventlog/sql/server.ts';
import type { KeyTable } from '../secrets/key-table.ts';
import type { Revealing } from '../secrets/reveal.ts';
import { invalidLogUrl, parseLogUrl } from './log-credential.ts';

/** What reaching a server needs besides its URL. */
export interface ServerSurroundings extends Revealing {
  readonly lockTimeoutMs: number;
}

export interface LogSurroundings extends ServerSurroundings {
  readonly ifMissing: 'create' | 'refuse';
  /** How long the server may be away later: what is usual for its kind, unless given. */
  readonly outageMs?: number;
}

/** A kind of log that URLs name. Its client is loaded when such a URL is opened. */
interface LogKind {
  /** `log` is the URL as it was given: one that names several hosts is no URL of the standard. */
  open(url: URL, surroundings: LogSurroundings, log: string): Promise<EventLog>;
  migrate?(url: URL, surroundings: ServerSurroundings): Promise<Migrated>;
  /** What speaks SQL, whatever is in it. */
  server?(url: URL, surroundings: ServerSurroundings): Promise<SqlServer>;
  /** Where keys have a place beside the events. */
  keyTable?(url: URL, surroundings: ServerSurroundings): Promise<KeyTable>;
}

const eventStore: LogKind = {
  async open(url, surroundings, log) {
    const { openEventStoreAt } = await import('./event-store-place.ts');
    return openEventStoreAt(url, surroundings, log);
  },
};

const sql = (server: (url: URL, surroundings: ServerSurroundings) => Promise<SqlServer>): LogKind => ({
  server,
  async open(url, surroundings) {
    const { openSqlLog } = await import('../eventlog/sql/sql-log.ts');
    return openSqlLog(await server(url, surroundings), surroundings);
  },
  async migrate(url, surroundings) {
    const { migrate } = await import('../eventlog/sql/migrate.ts');
    return migrate(await server(url, surroundings));
  },
  async keyTable(url, surroundings) {
    const { SqlKeyTable } = await import('./sql-key-table.ts');
    return new SqlKeyTable(await server(url, surroundings));
  },
});

const postgresql = sql(async (url, surroundings) => {
  const { POSTGRESQL_WORDS, sqlPlace } = await import('./sql-place.ts');
  const place = sqlPlace(url, POSTGRESQL_WORDS, surroundings);
  return (await import('../eventlog/sql/postgresql.ts')).postgresql(place);
});

const mysql = sql(async (url, surroundings) => {
  const { MYSQL_WORDS, sqlPlace } = await import('./sql-place.ts');
  const place = sqlPlace(url, MYSQL_WORDS, surroundings);
  return (await import('../eventlog/sql/mysql.ts')).mysqlServer(place);
});

const KINDS: Readonly<Record<string, LogKind>> = {
  'esdb:': eventStore,
  'esdb+discover:': eventStore,
  'kurrentdb:': eventStore,
  'kurrentdb+discover:': eventStore,
  'postgres:': postgresql,
  'postgresql:': postgresql,
  'mysql:': mysql,
  'mariadb:': mysql,
};

const kindOf = ({ protocol }: URL): LogKind => {
  const kind = KINDS[protocol];
  if (kind !== undefined) return kind;
  const schemes = Object.keys(KINDS).map((known) => `${known}//`);
  throw invalidLogUrl(
    `no kind of log has URLs that begin with ${protocol}//`,
    `give one of ${schemes.join(', ')}, or the path of a file`,
  );
};

/** Opens the log that a URL names. */
export const openLogAt = async (log: string, surroundings: LogSurroundings): Promise<EventLog> => {
  const url = parseLogUrl(log);
  return kindOf(url).open(url, surroundings, log);
};

/** Brings the tables of the log that a URL names to the version that this Scoria works with. */
export const migrateLogAt = async (log: string, surroundings: ServerSurroundings): Promise<Migrated> => {
  const url = parseLogUrl(log);
  const { migrate } = kindOf(url);
  if (migrate !== undefined) return migrate(url, surroundings);
  throw invalidLogUrl(`logs of ${url.protocol}// have no tables to migrate`, 'open it');
};

/** The table of keys beside the events of the log that a URL names; `null` where keys have no place there. */
export const keyTableAt = async (log: string, surroundings: ServerSurroundings): Promise<KeyTable | null> => {
  const url = parseLogUrl(log);
  return (await kindOf(url).keyTable?.(url, surroundings)) ?? null;
};

/** The SQL server of a database that a URL names, which need not hold a log. */
export const sqlServerAt = async (database: string, surroundings: ServerSurroundings): Promise<SqlServer> => {
  const url = parseLogUrl(database);
  const { server } = kindOf(url);
  if (server !== undefined) return server(url, surroundings);
  throw invalidLogUrl(
    `${url.protocol}// is no SQL database`,
    'give postgres:// or mysql://, or the path of a SQLite file',
  );
};
