import type { StoredEvent } from '../domain/event.ts';
import { type Arrivals, follow } from './follow.ts';
import { eventsIn } from './paged.ts';
import type { EventLog, LogBounds } from './port.ts';

/** The largest number that a database's 64-bit integer holds. */
export const LARGEST = 2n ** 63n - 1n;

/** A bound that a database's integer can hold, and that lets the same events through. */
export const within = (bound: bigint): bigint => (bound > LARGEST ? LARGEST : bound < -1n ? -1n : bound);

export interface Page {
  readonly events: readonly StoredEvent[];
  /** False when the page ended because there was no more. */
  readonly full: boolean;
}

/** A log that is read by queries, each of which gives a page. */
export interface PagedRecords {
  lastPosition(): Promise<bigint>;
  pageOfStream(stream: string, from: bigint, to: bigint): Promise<Page>;
  pageAfter(position: bigint, upTo: bigint): Promise<Page>;
}

type Pages = AsyncGenerator<readonly StoredEvent[], void, void>;
type Reader = Pick<EventLog, 'readStream' | 'readAll' | 'readPages' | 'subscribe' | 'head'>;

/** Page by page: between pages others work and write, and no transaction stays open. */
export const pagedReader = (records: PagedRecords, arrivals: Arrivals, pollMs: number): Reader => {
  async function* pages(next: (last: StoredEvent | undefined) => Promise<Page>): Pages {
    for (let last: StoredEvent | undefined; ; ) {
      const { events, full } = await next(last);
      if (events.length > 0) yield events;
      if (!full) return;
      last = events.at(-1);
    }
  }

  async function* readPages({ after = 0n, upTo = LARGEST }: LogBounds = {}): Pages {
    // The head as it is now: a reader need not outrun the writers.
    const head = await records.lastPosition();
    yield* pages((last) => records.pageAfter(last?.position ?? after, upTo < head ? upTo : head));
  }

  return {
    readStream: (stream, { from = 0n, to = LARGEST } = {}) =>
      eventsIn(pages((last) => records.pageOfStream(stream, last === undefined ? from : last.revision + 1n, to))),

    readPages,
    readAll: (bounds) => eventsIn(readPages(bounds)),

    subscribe: ({ after, signal } = {}) =>
      follow(async (position) => (await records.pageAfter(position, LARGEST)).events, arrivals, {
        after,
        signal,
        pollMs,
      }),

    head: () => records.lastPosition(),
  };
};
