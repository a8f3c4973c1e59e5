import type { StoredEvent } from '../domain/event.ts';
import { type Arrivals, follow } from './follow.ts';
import { eventsIn } from './paged.ts';
import type { EventLog, LogBounds } from './port.ts';
import type { Page, SqliteRecords } from './sqlite-records.ts';

/** How soon a subscription notices what other processes append. */
const POLL_MS = 50;
const NO_BOUND = 2n ** 63n - 1n;

/** Runs a query at once, or as soon as the file is free. */
export type Read = <T>(query: () => T) => Promise<T>;

type Pages = AsyncGenerator<readonly StoredEvent[], void, void>;
type Reader = Pick<EventLog, 'readStream' | 'readAll' | 'readPages' | 'subscribe' | 'head'>;

/** Page by page: between pages others work and write, and no transaction stays open. */
export const sqliteReader = (records: SqliteRecords, read: Read, arrivals: Arrivals): Reader => {
  async function* pages(next: (last: StoredEvent | undefined) => Page): Pages {
    for (let last: StoredEvent | undefined; ; ) {
      const { events, full } = await read(() => next(last));
      if (events.length > 0) yield events;
      if (!full) return;
      last = events.at(-1);
    }
  }

  async function* readPages({ after = 0n, upTo = NO_BOUND }: LogBounds = {}): Pages {
    // The head as it is now: a reader need not outrun the writers.
    const head = await read(records.lastPosition);
    yield* pages((last) => records.pageAfter(last?.position ?? after, upTo < head ? upTo : head));
  }

  return {
    readStream: (stream, { from = 0n, to = NO_BOUND } = {}) =>
      eventsIn(pages((last) => records.pageOfStream(stream, last === undefined ? from : last.revision + 1n, to))),

    readPages,
    readAll: (bounds) => eventsIn(readPages(bounds)),

    subscribe: ({ after, signal } = {}) =>
      follow(async (position) => (await read(() => records.pageAfter(position, NO_BOUND))).events, arrivals, {
        after,
        signal,
        pollMs: POLL_MS,
      }),

    head: () => read(records.lastPosition),
  };
};
