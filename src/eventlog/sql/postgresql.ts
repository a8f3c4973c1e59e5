import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { postgresqlFault } from './postgresql-faults.ts';
import { postgresqlMigrations } from './postgresql-migrations.ts';
import { postgresqlSession } from './postgresql-session.ts';
import type { SqlPlace, SqlServer, SqlSession, SqlTls } from './server.ts';
import { notDurable } from './sql-errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Beyond the wait for a lock: how long a statement may go without an answer. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Notifications wake subscribers; this is for those that get lost. */
const POLL_MS = 2_000;
const LISTEN_AGAIN_MS = 250;

const sslOf = ({ verify, ...pem }: SqlTls): ConnectionOptions => ({
  ...pem,
  rejectUnauthorized: verify !== 'nothing',
  ...(verify === 'authority' ? { checkServerIdentity: () => undefined } : {}),
});

const clientFor = ({ password, ...place }: SqlPlace): pg.Client =>
  new pg.Client({
    host: place.socket ?? place.host,
    port: place.port,
    user: place.user,
    database: place.database,
    // Without one, the client looks into PGPASSWORD and ~/.pgpass.
    ...(password === null ? {} : { password }),
    ssl: place.tls === null ? false : sslOf(place.tls),
    application_name: 'scoria',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: place.lockTimeoutMs + ANSWER_TIMEOUT_MS,
  });

/** A process that stands still inside its transaction must not keep all others from appending. */
const PREPARE = `
  SELECT current_setting('fsync'), current_setting('synchronous_commit'),
    set_config('lock_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $1, false)`;

const prepare = async (client: pg.Client, { name, lockTimeoutMs }: SqlPlace): Promise<void> => {
  // 0 would be for ever.
  const timeout = String(Math.max(1, lockTimeoutMs));
  const { rows } = await client.query({ text: PREPARE, values: [timeout], rowMode: 'array' });
  const [fsync, commit] = rows[0] as [string, string];
  if (fsync === 'on' && commit !== 'off') return;
  throw notDurable(
    name,
    `fsync is ${fsync}, synchronous_commit is ${commit}`,
    'fsync = on in postgresql.conf, and synchronous_commit = on for this role and database',
  );
};

const connected = async (place: SqlPlace, client: pg.Client): Promise<pg.Client> => {
  // Whoever uses the connection hears of its end; nobody else needs to.
  client.on('error', () => {});
  try {
    await client.connect();
    await prepare(client, place);
    return client;
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
};

const listen = (place: SqlPlace, heard: () => void) => {
  const closing = new AbortController();
  let client: pg.Client | undefined;
  const hear = async (): Promise<void> => {
    client = clientFor(place);
    const ended = new Promise<void>((resolve) => client?.once('end', resolve));
    client.on('notification', heard);
    await connected(place, client);
    await client.query('LISTEN scoria_events');
    // What was appended before, nobody was told.
    heard();
    await ended;
  };
  const listening = (async () => {
    while (!closing.signal.aborted) {
      await hear().catch(() => {});
      await sleep(LISTEN_AGAIN_MS, undefined, { signal: closing.signal }).catch(() => {});
    }
  })();
  return {
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await listening;
    },
  };
};

/** PostgreSQL, through the client `pg`. */
export const postgresql = (place: SqlPlace): SqlServer => ({
  place,
  migrations: postgresqlMigrations,
  pollMs: POLL_MS,
  connect: async (): Promise<SqlSession> => postgresqlSession(await connected(place, clientFor(place))),
  listen: (heard) => listen(place, heard),
  faultOf: (error) => postgresqlFault(place.name, error),
});
