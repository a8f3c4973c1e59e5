import { type JSONEventType, jsonEvent, WrongExpectedVersionError } from '@eventstore/db-client';
import type { Leases } from '../leases.ts';
import type { Connection } from './connection.ts';

type LeaseRenewed = JSONEventType<'LeaseRenewed', { lengthMs: number }>;

/**
 * A stream for each executor, outside the record, whose last event is all that the server keeps. Its counter is that
 * event's revision; a released lease is a deleted stream.
 */
export const eventStoreLeases = (connection: Connection, prefix: string): Leases => {
  const streamOf = (executor: string): string => `${prefix}:lease-${encodeURIComponent(executor)}`;
  const short = new Set<string>();
  const keepShort = async (stream: string): Promise<void> => {
    if (short.has(stream)) return;
    short.add(stream);
    await connection.setMetadata(stream, { maxCount: 1 });
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
      if (last === undefined) return null;
      return { counter: last.revision + 1n, lengthMs: (last.data as LeaseRenewed['data']).lengthMs };
    },
    async release(executor) {
      connection.assertOpen();
      try {
        await connection.deleteStream(streamOf(executor));
      } catch (error) {
        if (!(error instanceof WrongExpectedVersionError)) throw error;
      }
    },
  };
};
