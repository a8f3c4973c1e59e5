import type { Fault } from './server.ts';
import { lasting, passing, unreachable, untrusted } from './sql-errors.ts';

const OF_SYSTEM = /^E[A-Z_]+$/;
const OF_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/;

/** What the network or TLS reported, through either client. */
export const connectionFault = (log: string, error: unknown): Fault => {
  if (!(error instanceof Error)) return lasting(error);
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  if (OF_CERTIFICATE.test(code)) return lasting(untrusted(log, error));
  const isOfSystem = error instanceof AggregateError || (OF_SYSTEM.test(code) && syscall !== undefined);
  return isOfSystem ? passing(unreachable(log, error)) : lasting(error);
};
