import * as E from 'fp-ts/lib/Either.js';
import type { EventLog } from '../../eventlog/port.ts';

/** The log, whose appends are told to somebody when they are durable. */
export const countingAppends = (log: EventLog, appended: (events: number) => void): EventLog => ({
  name: log.name,
  async append(append) {
    const result = await log.append(append);
    if (E.isRight(result)) appended(result.right.length);
    return result;
  },
  appendToEmpty: (appends) => log.appendToEmpty(appends),
  readStream: (stream, bounds) => log.readStream(stream, bounds),
  readAll: (bounds) => log.readAll(bounds),
  readPages: (bounds) => log.readPages(bounds),
  subscribe: (options) => log.subscribe(options),
  head: () => log.head(),
  ...(log.leases === undefined ? {} : { leases: log.leases }),
  close: () => log.close(),
});
