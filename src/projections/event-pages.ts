import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { RecordedEvent } from '../domain/event.ts';
import { decode } from '../domain/streams.ts';
import type { EventLog } from '../eventlog/port.ts';

/** Where projections get their events from. */
export type EventSource = Pick<EventLog, 'head' | 'readPages'>;

const PAGE_EVENTS = 1_000;
const PAGE_CHARS = 8 * 1024 * 1024;

export type EventPage = ReadonlyNonEmptyArray<RecordedEvent>;

/** The events later than `after` and not later than `upTo`, in pages. */
export async function* eventPages(source: EventSource, after: bigint, upTo: bigint): AsyncGenerator<EventPage> {
  let page: RecordedEvent[] = [];
  let chars = 0;
  for await (const stored of source.readPages({ after, upTo })) {
    for (const event of stored) {
      page.push(decode(event));
      chars += event.body.length;
    }
    if (page.length < PAGE_EVENTS && chars < PAGE_CHARS) continue;
    yield page as unknown as EventPage;
    [page, chars] = [[], 0];
  }
  if (isNonEmpty(page)) yield page;
}

/** The first of those pages, or `null`. */
export const firstEventPage = async (source: EventSource, after: bigint, upTo: bigint): Promise<EventPage | null> => {
  for await (const page of eventPages(source, after, upTo)) return page;
  return null;
};

export const lastPosition = (page: EventPage): bigint => (page.at(-1) ?? page[0]).position;
