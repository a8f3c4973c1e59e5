import { isIP } from 'node:net';
import mysql from 'mysql2/promise';
import { mysqlFault } from './mysql-faults.ts';
import { mysqlMigrations } from './mysql-migrations.ts';
import { mysqlSession } from './mysql-session.ts';
import type { SqlPlace, SqlServer, SqlSession, SqlTls } from './server.ts';
import { addressUnproven, notDurable } from './sql-errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const POLL_MS = 100;

const sslOf = ({ verify, ...pem }: SqlTls): mysql.SslOptions => ({
  ...pem,
  rejectUnauthorized: verify !== 'nothing',
  verifyIdentity: verify === 'identity',
});

const connectTo = async (place: SqlPlace): Promise<mysql.Connection> => {
  const password = place.password === null ? process.env.MYSQL_PWD : await place.password();
  return mysql.createConnection({
    ...(place.socket === null ? { host: place.host, port: place.port } : { socketPath: place.socket }),
    user: place.user,
    database: place.database,
    ...(password === undefined ? {} : { password }),
    ...(place.tls === null ? {} : { ssl: sslOf(place.tls) }),
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    rowsAsArray: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    // No server may ask for files of this host.
    flags: ['-LOCAL_FILES'],
  });
};

/**
 * A process that stands still inside its transaction must not keep all others from appending: the server ends its
 * connection. How texts are written depends on `sql_mode`, and with READ COMMITTED a statement sees what was committed
 * before the lock was got.
 */
const settings = (lockTimeoutMs: number): readonly string[] => {
  const seconds = Math.max(1, Math.ceil(lockTimeoutMs / 1000));
  return [
    `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION autocommit = 1,
      SESSION innodb_lock_wait_timeout = ${seconds}, SESSION wait_timeout = ${seconds}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
};

/** Answers how many bytes a statement may have. */
const assertDurable = async (connection: mysql.Connection, { name }: SqlPlace): Promise<number> => {
  const [rows] = await connection.query<mysql.RowDataPacket[][]>(
    'SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog, @@max_allowed_packet',
  );
  const [flush, binlog, sync, packetBytes = 0] = (rows[0] ?? []).map(Number);
  if (flush === 1 && (binlog === 0 || sync === 1)) return packetBytes;
  throw notDurable(
    name,
    `innodb_flush_log_at_trx_commit is ${flush}${binlog === 0 ? '' : `, sync_binlog is ${sync}`}`,
    'innodb_flush_log_at_trx_commit = 1, and sync_binlog = 1 where there is a binary log',
  );
};

const connect = async (place: SqlPlace): Promise<SqlSession> => {
  const connection = await connectTo(place);
  try {
    for (const statement of settings(place.lockTimeoutMs)) await connection.query(statement);
    const packetBytes = await assertDurable(connection, place);
    return mysqlSession(connection, { lockTimeoutMs: place.lockTimeoutMs, packetBytes });
  } catch (error) {
    connection.destroy();
    throw error;
  }
};

/** MySQL and MariaDB, through the client `mysql2`. */
export const mysqlServer = (place: SqlPlace): SqlServer => {
  // The client would compare the certificate with "localhost" instead of the address.
  if (place.tls?.verify === 'identity' && isIP(place.host) !== 0) throw addressUnproven(place.name);
  return {
    place,
    migrations: mysqlMigrations,
    pollMs: POLL_MS,
    connect: () => connect(place),
    faultOf: (error) => mysqlFault(place.name, error),
  };
};
