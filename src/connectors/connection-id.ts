import { createHash } from 'node:crypto';
import type { ConnectionInfo } from '../drivers/contract.ts';

/** What tells this connection from others of the same volume; by what it leads to where the info does not say. */
export const connectionIdOf = ({ data }: ConnectionInfo, leadsTo: string): string => {
  const id = data.connection_id;
  if (typeof id === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(id)) return id;
  return `to-${createHash('sha256').update(leadsTo).digest('hex').slice(0, 32)}`;
};
