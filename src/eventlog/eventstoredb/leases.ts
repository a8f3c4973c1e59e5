import { type JSONEventType, jsonEvent } from '@eventstore/db-client';
import { ScoriaError } from '../../domain/errors.ts';
import type { Leases } from '../leases.ts';
import type { Connection } from './connection.ts';

type LeaseRenewed = JSONEventType<'LeaseRenewed', { lengthMs: number }>;
type LeaseReleased = JSONEventType<'LeaseReleased', Record<string, never>>;

/**
 * A stream for each executor, outside the record, of which the server keeps the last event. The counter is that event's
 * revision. Nothing is deleted: whoever may do that to these streams may do it to the record's.
 */
export const eventStoreLeases = (connection: Connection, prefix: string): Leases => {
  const streamOf = (executor: string): string => `${prefix}:lease-${encodeURIComponent(executor)}`;
  const short = new Set<string>();
  /** A user who may write no metadata leaves some kilobytes more. */
  const keepShort = async (stream: string): Promise<void> => {
    if (short.has(stream)) return;
    short.add(stream);
    await connection.setMetadata(stream, { maxCount: 1 }).catch((error: unknown) => {
      if (!(error instanceof ScoriaError && error.code === 'LogAccessDenied')) throw error;
    });
  };
  return {
    async renew(executor, lengthMs) {
      connection.assertOpen();
      const stream = streamOf(executor);
      await keepShort(stream);
      await connection.append(stream, 'any', [jsonEvent<LeaseRenewed>({ type: 'LeaseRenewed', data: { lengthMs } })]);
    },
    async read(executor) {
      connection.assertOpen();
      const last = await connection.lastOf(streamOf(executor));
      if (last?.type !== 'LeaseRenewed') return null;
      return { counter: last.revision + 1n, lengthMs: (last.data as LeaseRenewed['data']).lengthMs };
    },
    async release(executor) {
      connection.assertOpen();
      const stream = streamOf(executor);
      if ((await connection.lastOf(stream)) === undefined) return;
      await connection.append(stream, 'any', [jsonEvent<LeaseReleased>({ type: 'LeaseReleased', data: {} })]);
    },
  };
};
