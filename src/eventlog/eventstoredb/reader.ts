import { setTimeout as sleep } from 'node:timers/promises';
import type { AllStreamRecordedEvent, RecordedEvent } from '@eventstore/db-client';
import type { StoredEvent } from '../../domain/event.ts';
import { eventsIn } from '../paged.ts';
import type { EventLog, LogBounds } from '../port.ts';
import type { Connection } from './connection.ts';
import { eventsGone, streamGone } from './faults.ts';
import type { RecordStreams } from './record.ts';
import { assertKept, assertStillKept, isMetadataOf, withMetadataOf } from './retention.ts';
import { type StoredEvents, streamNameOf } from './stored-events.ts';

const POLL_MS = 250;
const PAGE_EVENTS = 256;
const PAGE_CHARS = 4 * 1024 * 1024;
const LARGEST = 2n ** 63n - 1n;

type Reads = Pick<EventLog, 'readStream' | 'readAll' | 'readPages' | 'subscribe' | 'head'>;

/** How far the end of the database was looked through for the record's last event. */
interface Looked {
  readonly upTo: bigint;
  readonly head: bigint;
}

export class Reader implements Reads {
  readonly #connection: Connection;
  readonly #record: RecordStreams;
  readonly #stored: StoredEvents;
  #looked: Looked = { upTo: -1n, head: 0n };

  constructor(connection: Connection, record: RecordStreams, stored: StoredEvents) {
    this.#connection = connection;
    this.#record = record;
    this.#stored = stored;
  }

  async *readStream(
    stream: string,
    { from = 0n, to = LARGEST }: { readonly from?: bigint; readonly to?: bigint } = {},
  ): AsyncGenerator<StoredEvent, void, void> {
    this.#connection.assertOpen();
    const first = from < 0n ? 0n : from;
    const streams = await this.#record.find();
    if (streams === undefined || first > to || first > LARGEST) return;
    const name = streamNameOf(streams, stream);
    let next = first;
    for await (const recorded of this.#connection.readStream(name, first, to - first + 1n)) {
      if (recorded.revision !== next) throw eventsGone(this.#connection.name, name, next);
      next += 1n;
      yield await this.#stored.read(streams, recorded);
    }
    // A stream that was deleted looks as if it had never been.
    if (next === 0n) await assertKept(this.#connection, name);
  }

  readAll(bounds?: LogBounds): AsyncGenerator<StoredEvent, void, void> {
    return eventsIn(this.readPages(bounds));
  }

  async *readPages({ after = 0n, upTo = LARGEST }: LogBounds = {}): AsyncGenerator<readonly StoredEvent[], void, void> {
    this.#connection.assertOpen();
    const streams = await this.#record.find();
    if (streams === undefined) return;
    const expected = after <= 0n ? new Map<string, bigint>() : undefined;
    let page: StoredEvent[] = [];
    let chars = 0;
    for await (const recorded of this.#connection.readAll(after)) {
      if (recorded.position.commit > upTo) break;
      if (!(await this.#isEvent(streams, recorded))) continue;
      if (expected !== undefined) this.#assertNext(expected, recorded);
      const event = await this.#stored.read(streams, recorded);
      page.push(event);
      chars += event.body.length;
      if (page.length < PAGE_EVENTS && chars < PAGE_CHARS) continue;
      yield page;
      [page, chars] = [[], 0];
    }
    if (page.length > 0) yield page;
  }

  async *subscribe({
    after = 0n,
    signal,
  }: {
    readonly after?: bigint;
    readonly signal?: AbortSignal;
  } = {}): AsyncGenerator<StoredEvent, void, void> {
    const streams = await this.#begun(signal);
    if (streams === undefined) return;
    for await (const recorded of this.#connection.subscribe(withMetadataOf(streams), after, signal)) {
      if (await this.#isEvent(streams, recorded)) yield await this.#stored.read(streams, recorded);
      if (signal?.aborted) return;
    }
  }

  /** The last event of the record is looked for from the end of the database, and no place is looked at twice. */
  async head(): Promise<bigint> {
    this.#connection.assertOpen();
    const streams = await this.#record.find();
    if (streams === undefined) return 0n;
    const looked = await this.#lookBack(streams, this.#looked, 1n);
    if (looked.upTo > this.#looked.upTo) this.#looked = looked;
    return looked.head;
  }

  /** Where the record's last event is most often the database's last, one is read before many. */
  async #lookBack(streams: string, before: Looked, count?: bigint): Promise<Looked> {
    let upTo: bigint | undefined;
    for await (const recorded of this.#connection.readBackwards(count)) {
      const position = recorded.position.commit;
      upTo ??= position;
      if (position <= before.upTo) return { upTo, head: before.head };
      if (await this.#isEvent(streams, recorded)) return { upTo, head: position };
    }
    if (count !== undefined) return this.#lookBack(streams, before);
    return { upTo: upTo ?? 0n, head: 0n };
  }

  /** Waits until there is a record; `undefined` when the signal came first. */
  async #begun(signal: AbortSignal | undefined): Promise<string | undefined> {
    while (!signal?.aborted) {
      this.#connection.assertOpen();
      const streams = await this.#record.find();
      if (streams !== undefined) return streams;
      await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
    return undefined;
  }

  /** Whoever reads from the beginning, as every host does once, notices what a stream lacks. */
  #assertNext(expected: Map<string, bigint>, { streamId, revision }: RecordedEvent): void {
    const next = expected.get(streamId) ?? 0n;
    if (revision !== next) throw eventsGone(this.#connection.name, streamId, next);
    expected.set(streamId, next + 1n);
  }

  /** Whether it is one of the record's events. Throws what tells that the record loses some. */
  async #isEvent(streams: string, recorded: AllStreamRecordedEvent): Promise<boolean> {
    if (isOf(streams, recorded)) return true;
    if (recorded.streamId.startsWith(streams)) throw streamGone(this.#connection.name, recorded.streamId);
    if (isMetadataOf(streams, recorded.streamId)) await assertStillKept(this.#connection, recorded.streamId);
    return false;
  }
}

/** Its own types begin with "$" where the server writes into a stream, which is when it is deleted. */
const isOf = (streams: string, { streamId, type }: RecordedEvent): boolean =>
  streamId.startsWith(streams) && !type.startsWith('$');
