import * as E from 'fp-ts/lib/Either.js';
import type { StoredEvent } from '../domain/event.ts';
import { appendToStream, assertAppend, type StreamRecords } from './append-to-stream.ts';
import { createArrivals, follow } from './follow.ts';
import { createMemoryLeases } from './leases.ts';
import { logClosed, logNotEmpty, wrongRevision } from './log-errors.ts';
import { eventsIn } from './paged.ts';
import type { Append, EventLog, LogBounds } from './port.ts';

const NAME = 'memory';
const PAGE_EVENTS = 1_000;

interface Records extends StreamRecords {
  readonly all: readonly StoredEvent[];
  stream(name: string): readonly StoredEvent[];
}

const createRecords = (known: readonly StoredEvent[] = []): Records => {
  const all: StoredEvent[] = [...known];
  const streams = Map.groupBy(known, ({ stream }) => stream);
  const stream = (name: string): StoredEvent[] => streams.get(name) ?? [];
  return {
    all,
    stream,
    head: (name) => BigInt(stream(name).length - 1),
    between: (name, from, to) => stream(name).slice(Number(from), Number(to) + 1),
    insert({ stream: name, revision, id, body, hash }) {
      const stored = { position: BigInt(all.length + 1), stream: name, revision, id, body, hash };
      all.push(stored);
      const events = streams.get(name);
      if (events === undefined) streams.set(name, [stored]);
      else events.push(stored);
      return stored;
    },
  };
};

/** What the records become; they themselves stay as they are, should an append be refused. */
const storedAfter = (before: Records, appends: Iterable<Append>): Records => {
  const records = createRecords(before.all);
  for (const append of appends) {
    assertAppend(append);
    const { result } = appendToStream(records, append);
    if (E.isLeft(result)) throw wrongRevision(NAME, result.left);
  }
  return records;
};

export interface MemoryLog extends EventLog {
  /** Called with the events of every append, in order, before its caller hears of it. Synchronous. */
  moveWithAppends(apply: (events: readonly StoredEvent[]) => void): void;
}

/** A log in this process's memory: for tests and dry runs. */
export const createMemoryLog = (): MemoryLog => {
  let records = createRecords();
  let moveProjections: (events: readonly StoredEvent[]) => void = () => {};
  let closed = false;
  const arrivals = createArrivals();

  const open = (): Records => {
    if (closed) throw logClosed(NAME);
    return records;
  };

  async function* readPages({ after = 0n, upTo }: LogBounds = {}): AsyncGenerator<readonly StoredEvent[], void, void> {
    const head = open().all.length;
    const last = Math.min(head, Number(upTo ?? head));
    for (let start = Math.max(0, Number(after)); start < last; start += PAGE_EVENTS) {
      yield open().all.slice(start, Math.min(start + PAGE_EVENTS, last));
    }
  }

  return {
    name: NAME,
    gapless: true,
    moveWithAppends(apply) {
      moveProjections = apply;
    },

    async append(append) {
      assertAppend(append);
      const { result, inserted } = appendToStream(open(), append);
      if (inserted.length === 0) return result;
      moveProjections(inserted);
      arrivals.announce();
      return result;
    },

    async appendAll(appends) {
      const before = open().all.length;
      const next = storedAfter(open(), appends);
      records = next;
      if (next.all.length > before) moveProjections(next.all.slice(before));
      arrivals.announce();
    },

    async appendToEmpty(appends) {
      if (open().all.length > 0) throw logNotEmpty(NAME);
      records = storedAfter(open(), appends);
      arrivals.announce();
    },

    async *readStream(stream, { from = 0n, to } = {}) {
      const last = Number(to ?? open().head(stream));
      for (let revision = Math.max(0, Number(from)); revision <= last; revision += 1) {
        const event = open().stream(stream)[revision];
        if (event === undefined) return;
        yield event;
      }
    },

    readPages,
    readAll: (bounds) => eventsIn(readPages(bounds)),

    subscribe: ({ after, signal } = {}) =>
      follow(async (position) => open().all.slice(Number(position), Number(position) + PAGE_EVENTS), arrivals, {
        after,
        signal,
      }),

    async head() {
      return BigInt(open().all.length);
    },

    leases: createMemoryLeases(),

    async close() {
      closed = true;
      arrivals.announce();
    },
  };
};
