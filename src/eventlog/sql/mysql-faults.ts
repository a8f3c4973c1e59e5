import { connectionFault } from './connection-fault.ts';
import type { Fault } from './server.ts';
import {
  accessDenied,
  type Explain,
  full,
  inTheWay,
  lasting,
  locked,
  mayNotTrigger,
  noDatabase,
  noSchema,
  passing,
  readOnly,
  tooManyConnections,
  unencrypted,
  unreachable,
  untrusted,
} from './sql-errors.ts';

/** https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/ */
const LASTING: Readonly<Record<number, Explain>> = {
  1021: full,
  1044: accessDenied,
  1045: accessDenied,
  1049: noDatabase,
  1114: full,
  1142: accessDenied,
  1143: accessDenied,
  1146: noSchema,
  1205: locked,
  1227: accessDenied,
  1290: readOnly,
  1419: mayNotTrigger,
  1698: accessDenied,
  1792: readOnly,
  1836: readOnly,
};
const PASSING: Readonly<Record<number, Explain>> = {
  1040: tooManyConnections,
  1053: unreachable,
  1203: tooManyConnections,
  1213: inTheWay,
  1226: tooManyConnections,
  1317: unreachable,
  1927: unreachable,
};

export const NO_ANSWER = 'PROTOCOL_SEQUENCE_TIMEOUT';
/** The client's own, besides those of the system. */
const LOST = new Set(['PROTOCOL_CONNECTION_LOST', NO_ANSWER]);
const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';
const NOT_TRUSTED = 'HANDSHAKE_SSL_ERROR';
const CLOSED = /closed state|socket has been ended/;

export const mysqlFault = (log: string, error: unknown): Fault => {
  const { errno = 0, code = '', message = '' } = error as Partial<NodeJS.ErrnoException>;
  const may = PASSING[errno];
  if (may !== undefined) return passing(may(log, error));
  const lasts = LASTING[errno];
  if (lasts !== undefined) return lasting(lasts(log, error));
  if (code === NOT_TRUSTED) return lasting(untrusted(log, error));
  if (code === NO_TLS) return lasting(unencrypted(log, error));
  if (LOST.has(code) || CLOSED.test(message)) return passing(unreachable(log, error));
  return connectionFault(log, error);
};
