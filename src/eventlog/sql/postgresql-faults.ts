import { connectionFault } from './connection-fault.ts';
import type { Fault } from './server.ts';
import {
  accessDenied,
  type Explain,
  full,
  inTheWay,
  lasting,
  locked,
  noDatabase,
  noSchema,
  passing,
  readOnly,
  tooManyConnections,
  unencrypted,
  unreachable,
} from './sql-errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes first, then their classes. */
const LASTING: Readonly<Record<string, Explain>> = {
  '25006': readOnly,
  '28': accessDenied,
  '3D000': noDatabase,
  '42501': accessDenied,
  '42P01': noSchema,
  '53100': full,
  '55P03': locked,
};
const PASSING: Readonly<Record<string, Explain>> = {
  '08': unreachable,
  '40001': inTheWay,
  '40P01': inTheWay,
  '53300': tooManyConnections,
  '57P': unreachable,
  // Our transaction was idle for too long: this process stood still, and another may have gone on.
  '25P03': unreachable,
};

const found = (table: Readonly<Record<string, Explain>>, code: string): Explain | undefined =>
  table[code] ?? table[code.slice(0, 3)] ?? table[code.slice(0, 2)];

/** Texts of the client's own errors, which have no code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Query read timeout|timeout expired)/;
const DENIED = /password must be a string|SASL/;
const NO_TLS = /does not support SSL/;

const SQLSTATE = /^[0-9A-Z]{5}$/;

export const postgresqlFault = (log: string, error: unknown): Fault => {
  const { code, severity } = error as { readonly code?: string; readonly severity?: string };
  if (severity !== undefined && code !== undefined && SQLSTATE.test(code)) {
    const may = found(PASSING, code);
    if (may !== undefined) return passing(may(log, error));
    const lasts = found(LASTING, code);
    return lasting(lasts === undefined ? error : lasts(log, error));
  }
  const { message = '' } = error as { readonly message?: string };
  if (LOST.test(message)) return passing(unreachable(log, error));
  if (DENIED.test(message)) return lasting(accessDenied(log, error));
  if (NO_TLS.test(message)) return lasting(unencrypted(log, error));
  return connectionFault(log, error);
};
