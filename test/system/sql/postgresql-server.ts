import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { postgresql } from '../../../src/eventlog/sql/postgresql.ts';
import { freePort, runAsNobody, serverDirectory, serverProcess } from './server-process.ts';
import { PASSWORD, PASSWORD_VARIABLE, type Role, type TestServer } from './test-server.ts';

/** Debian keeps the server's programs apart from those that everybody runs. */
const binDirectory = (): string => {
  const versions = '/usr/lib/postgresql';
  const newest = readdirSync(versions).sort((one, other) => Number(other) - Number(one))[0] ?? '';
  return join(versions, newest, 'bin');
};

export const startPostgresql = async (): Promise<TestServer> => {
  const directory = serverDirectory('postgresql');
  const port = await freePort();
  const bin = binDirectory();
  const data = join(directory, 'data');
  const auth = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  runAsNobody(join(bin, 'initdb'), ['-D', data, '-U', 'admin', '-E', 'UTF8', '--locale=C.UTF-8', ...auth], directory);

  const runAs = async (user: string, database: string, statements: readonly string[]) => {
    const client = new pg.Client({ host: directory, port, user, database });
    client.on('error', () => {});
    await client.connect();
    try {
      let rows: readonly (readonly unknown[])[] = [];
      for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
      return rows;
    } finally {
      await client.end();
    }
  };

  const admin = (database: string, ...statements: readonly string[]) => runAs('admin', database, statements);

  const args = ['-D', data, '-p', String(port), '-k', directory, '-c', 'listen_addresses=127.0.0.1'];
  const running = serverProcess(join(bin, 'postgres'), args, directory, () => admin('postgres', 'SELECT 1'));
  await running.start();
  for (const role of ['owner', 'application', 'reader', 'stranger'])
    await admin('postgres', `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);

  let databases = 0;
  const place = (database: string, role: Role = 'owner') => ({
    name: `postgres://127.0.0.1:${port}/${database}`,
    host: '127.0.0.1',
    port,
    socket: null,
    user: role,
    database,
    password: async () => PASSWORD,
    tls: null,
    lockTimeoutMs: 10_000,
  });

  return {
    product: 'PostgreSQL',
    page: 'log-in-postgresql.md',
    grants: (role, user) => [
      `GRANT SELECT ON scoria_events, scoria_migrations TO ${user}`,
      ...(role === 'application'
        ? [
            `GRANT INSERT ON scoria_events TO ${user}`,
            `GRANT SELECT, INSERT, UPDATE, DELETE ON scoria_leases, scoria_keys TO ${user}`,
            `GRANT SELECT, UPDATE ON scoria_key_store TO ${user}`,
            `GRANT SELECT, INSERT ON scoria_destroyed_keys TO ${user}`,
          ]
        : []),
    ],
    async newDatabase() {
      databases += 1;
      const database = `log_${databases}`;
      await admin('postgres', `CREATE DATABASE ${database} OWNER owner`);
      return database;
    },
    place,
    server: postgresql,
    url: (database, role = 'owner') =>
      `postgres://${role}@127.0.0.1:${port}/${database}?password=env:${PASSWORD_VARIABLE}`,
    admin,
    as: (role, database, sql) => runAs(role, database, [sql]),
    async endConnections(database) {
      await admin('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    },
    directory,
    start: (settings = []) => running.start(settings.flatMap((setting) => ['-c', setting])),
    async startReadOnly() {
      const standby = join(data, 'standby.signal');
      writeFileSync(standby, '');
      await running.start();
      // Read at the start alone.
      rmSync(standby);
    },
    stop: () => running.end('SIGINT'),
    kill: () => running.kill(),
    remove: () => running.remove(),
  };
};
