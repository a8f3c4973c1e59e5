import type { StoredEvent } from '../domain/event.ts';

/** Pages of events as the one sequence that they are. */
export async function* eventsIn(pages: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<StoredEvent, void, void> {
  for await (const page of pages) for (const event of page) yield event;
}
