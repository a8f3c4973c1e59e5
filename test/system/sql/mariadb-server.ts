import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { mysqlServer } from '../../../src/eventlog/sql/mysql.ts';
import { freePort, runAsNobody, serverDirectory, serverProcess } from './server-process.ts';
import { PASSWORD, PASSWORD_VARIABLE, type Role, type TestServer } from './test-server.ts';

export const startMariadb = async (): Promise<TestServer> => {
  const directory = serverDirectory('mariadb');
  const port = await freePort();
  const socket = join(directory, 'socket');
  const data = join(directory, 'data');
  // Servers of other tests name their temporary files alike.
  // Of its own: whoever starts in a directory for temporary tables removes what is there.
  const own = [`--datadir=${data}`, `--tmpdir=${directory}`];
  runAsNobody(
    'mariadb-install-db',
    ['--no-defaults', ...own, '--auth-root-authentication-method=normal', '--skip-test-db'],
    directory,
  );

  const runAs = async (
    credentials: mysql.ConnectionOptions,
    database: string,
    statements: readonly string[],
  ): Promise<readonly (readonly unknown[])[]> => {
    const connection = await mysql.createConnection({ ...credentials, database, rowsAsArray: true });
    try {
      let rows: readonly (readonly unknown[])[] = [];
      for (const sql of statements) [rows] = (await connection.query(sql)) as unknown as [unknown[][]];
      return rows;
    } finally {
      await connection.end();
    }
  };

  const admin = (database: string, ...statements: readonly string[]) =>
    runAs({ socketPath: socket, user: 'root' }, database, statements);

  const args = ['--no-defaults', ...own, `--socket=${socket}`, `--port=${port}`];
  args.push('--bind-address=127.0.0.1', '--innodb-buffer-pool-size=32M');
  const running = serverProcess('/usr/sbin/mariadbd', args, directory, () => admin('mysql', 'SELECT 1'));
  await running.start();
  for (const role of ['owner', 'application', 'reader', 'stranger'])
    await admin('mysql', `CREATE USER ${role}@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`);

  let databases = 0;
  const place = (database: string, role: Role = 'owner') => ({
    name: `mysql://127.0.0.1:${port}/${database}`,
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
    product: 'MariaDB',
    page: 'log-in-mysql.md',
    grants: (role, user) => [
      `GRANT SELECT ON scoria_events TO ${user}@'127.0.0.1'`,
      `GRANT SELECT ON scoria_migrations TO ${user}@'127.0.0.1'`,
      ...(role === 'application'
        ? [
            `GRANT INSERT ON scoria_events TO ${user}@'127.0.0.1'`,
            `GRANT SELECT, UPDATE ON scoria_turn TO ${user}@'127.0.0.1'`,
            `GRANT SELECT, INSERT, UPDATE, DELETE ON scoria_leases TO ${user}@'127.0.0.1'`,
            `GRANT SELECT, INSERT, UPDATE, DELETE ON scoria_keys TO ${user}@'127.0.0.1'`,
            `GRANT SELECT, UPDATE ON scoria_key_store TO ${user}@'127.0.0.1'`,
            `GRANT SELECT, INSERT ON scoria_destroyed_keys TO ${user}@'127.0.0.1'`,
          ]
        : []),
    ],
    async newDatabase() {
      databases += 1;
      const database = `log_${databases}`;
      await admin('mysql', `CREATE DATABASE ${database}`, `GRANT ALL ON ${database}.* TO owner@'127.0.0.1'`);
      return database;
    },
    place,
    server: mysqlServer,
    url: (database, role = 'owner') =>
      `mysql://${role}@127.0.0.1:${port}/${database}?password=env:${PASSWORD_VARIABLE}`,
    admin,
    as: (user, database, sql) => runAs({ host: '127.0.0.1', port, user, password: PASSWORD }, database, [sql]),
    async endConnections(database) {
      const rows = await admin('mysql', `SELECT id FROM information_schema.processlist WHERE db = '${database}'`);
      for (const [id] of rows) await admin('mysql', `KILL ${id}`).catch(() => {});
    },
    directory,
    startReadOnly: () => running.start(['--read-only']),
    start: (settings = []) => running.start(settings.map((setting) => `--${setting}`)),
    stop: () => running.end('SIGTERM'),
    kill: () => running.kill(),
    remove: () => running.remove(),
  };
};
