import { setImmediate as turn } from 'node:timers/promises';
import type { StoredEvent } from '../domain/event.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { Onlooker, Progress } from '../progress.ts';

type Reads = Pick<EventLog, 'head' | 'readAll' | 'readPages' | 'readStream'>;

/** So often others get their turn while events are read: also the signal that ends the reading. */
const TURN_EVENTS = 256;

/** The log's events, until the onlooker's signal aborts the reading; with `work`, they are told how far it is. */
export const watched = (
  log: Reads,
  { signal, onProgress }: Onlooker,
  work?: Pick<Progress, 'work' | 'subject'> & { readonly upTo: bigint },
): Reads => {
  if (signal === undefined && onProgress === undefined) return log;

  const look = async ({ position }: StoredEvent): Promise<void> => {
    await turn();
    signal?.throwIfAborted();
    if (work !== undefined) onProgress?.(eventsDone(work, position));
  };
  async function* watch(events: AsyncIterable<StoredEvent>): AsyncGenerator<StoredEvent, void, void> {
    let count = 0;
    for await (const event of events) {
      count += 1;
      if (count % TURN_EVENTS === 0) await look(event);
      yield event;
    }
  }
  async function* watchPages(pages: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<readonly StoredEvent[]> {
    for await (const page of pages) {
      const last = page.at(-1);
      if (last !== undefined) await look(last);
      yield page;
    }
  }

  return {
    head: () => log.head(),
    readAll: (bounds) => watch(log.readAll(bounds)),
    readPages: (bounds) => watchPages(log.readPages(bounds)),
    readStream: (stream, bounds) => watch(log.readStream(stream, bounds)),
  };
};

const eventsDone = (
  { work, subject, upTo }: Pick<Progress, 'work' | 'subject'> & { readonly upTo: bigint },
  position: bigint,
): Progress => ({ work, subject, unit: 'events', done: Number(position), total: Number(upTo) });
