import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AllStreamRecordedEvent,
  type AppendResult,
  BACKWARDS,
  type Credentials,
  END,
  type EventData,
  EventStoreDBClient,
  NO_STREAM,
  type ReadPosition,
  type RecordedEvent,
  START,
  type StreamMetadata,
  StreamNotFoundError,
  streamNameFilter,
} from '@eventstore/db-client';
import { logClosed } from '../log-errors.ts';
import type { EventStoreAddress } from './address.ts';
import { type ClientStream, eventsOf } from './client-stream.ts';
import { explain, isNoPosition, isPassing, logUnreachable } from './faults.ts';
import { HiddenCredentials, type Login, NOBODY } from './login.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const APPEND_DEADLINE_MS = 10_000;
/** As many events as the client can ask for. */
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** A place in the whole database, which is a record's when it is its commit and its prepare position. */
const positionOf = (position: bigint): ReadPosition =>
  position <= 0n ? START : { commit: position, prepare: position };

/**
 * The client, made fit for a log: an append is sent until its outcome is known, a read goes on where it broke off, and
 * both end when the log is closed or when the server has been away for too long.
 */
export class Connection {
  readonly name: string;
  readonly #client: EventStoreDBClient;
  readonly #login: { readonly credentials?: Credentials };
  readonly #appendLogin: { readonly credentials?: Credentials };
  /** How long the server may be away before whoever waits is told. */
  patienceMs: number;
  readonly #closing = new AbortController();
  #closed = false;
  readonly #working = new Set<Promise<unknown>>();

  constructor(address: EventStoreAddress, login: Login | undefined, patienceMs: number) {
    this.name = address.name;
    this.patienceMs = patienceMs;
    this.#client = EventStoreDBClient.connectionString(address.connectionString);
    this.#login = login === undefined ? {} : { credentials: new HiddenCredentials(login) };
    // Appends that share a stream of messages are lost to each other: one client's error ends those of all others.
    this.#appendLogin = login === undefined && !address.tls ? { credentials: NOBODY } : this.#login;
  }

  assertOpen(): void {
    if (this.#closed) throw logClosed(this.name);
  }

  /** Whatever is asked again carries the same ids and the same revision, so that it is never stored twice. */
  append(stream: string, expectedRevision: bigint | 'any', events: readonly EventData[]): Promise<AppendResult> {
    return this.#untilAnswered(stream, () =>
      this.#client.appendToStream(stream, [...events], {
        expectedRevision: expectedRevision === -1n ? NO_STREAM : expectedRevision,
        requiresLeader: true,
        deadline: Math.min(APPEND_DEADLINE_MS, this.patienceMs),
        ...this.#appendLogin,
      }),
    );
  }

  /** The events of a stream from a revision on, `count` of them; none when there is no such stream. */
  async *readStream(stream: string, from: bigint, count = MOST): AsyncGenerator<RecordedEvent> {
    let next = from;
    const most = count < MOST ? count : MOST;
    const events = this.#resumed(stream, () =>
      this.#client.readStream(stream, {
        fromRevision: next,
        maxCount: Number(from + most - next),
        requiresLeader: true,
        ...this.#login,
      }),
    );
    try {
      for await (const event of events) {
        next = event.revision + 1n;
        yield event;
        if (next - from === most) return;
      }
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
  }

  /** The last event of a stream; `undefined` when there is no such stream. */
  async lastOf(stream: string): Promise<RecordedEvent | undefined> {
    const last = () =>
      this.#client.readStream(stream, {
        direction: BACKWARDS,
        fromRevision: END,
        maxCount: 1,
        requiresLeader: true,
        ...this.#login,
      });
    try {
      for await (const event of this.#resumed(stream, last)) return event;
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return undefined;
  }

  /** Everything in the database after a position, whosever it is. A record right behind it is found at once. */
  async *readAll(after: bigint): AsyncGenerator<AllStreamRecordedEvent> {
    yield* this.#after(after, [after, after + 1n, 0n], (fromPosition) =>
      this.#client.readAll({ fromPosition, requiresLeader: true, ...this.#login }),
    );
  }

  /** Everything in the database, the last first. */
  async *readBackwards(count = MOST): AsyncGenerator<AllStreamRecordedEvent> {
    yield* this.#resumed('$all', () =>
      this.#client.readAll({
        direction: BACKWARDS,
        fromPosition: END,
        maxCount: Number(count),
        requiresLeader: true,
        ...this.#login,
      }),
    ) as AsyncGenerator<AllStreamRecordedEvent>;
  }

  /** The events of streams with these prefixes after a position, and those that come, until `signal` aborts it. */
  async *subscribe(
    prefixes: readonly string[],
    after: bigint,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<AllStreamRecordedEvent> {
    const filter = streamNameFilter({ prefixes: [...prefixes] });
    yield* this.#after(
      after,
      [after, 0n],
      (fromPosition) => this.#client.subscribeToAll({ fromPosition, filter, requiresLeader: true, ...this.#login }),
      signal,
    );
  }

  async metadataOf(stream: string): Promise<StreamMetadata> {
    const read = () => this.#client.getStreamMetadata(stream, { requiresLeader: true, ...this.#login });
    return (await this.#untilAnswered(stream, read)).metadata ?? {};
  }

  async setMetadata(stream: string, metadata: StreamMetadata): Promise<void> {
    await this.#untilAnswered(stream, () => this.#client.setStreamMetadata(stream, metadata, this.#appendLogin));
  }

  /** Work that `close` waits for; refused when the log is closed. */
  async whileOpen<Result>(work: () => Promise<Result>): Promise<Result> {
    this.assertOpen();
    const working = work();
    this.#working.add(working);
    try {
      return await working;
    } finally {
      this.#working.delete(working);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#working);
    this.#closing.abort();
    await this.#client.dispose();
  }

  /** Begins at the first of `starts` that is the place of a record, and goes on after the last event that was read. */
  async *#after(
    after: bigint,
    starts: readonly bigint[],
    open: (from: ReadPosition) => ClientStream,
    signal?: AbortSignal,
  ): AsyncGenerator<AllStreamRecordedEvent> {
    for (const start of starts) {
      let [last, from] = [after, start];
      try {
        const events = this.#resumed('$all', () => open(positionOf(from)), signal);
        for await (const event of events as AsyncIterable<AllStreamRecordedEvent>) {
          from = event.position.commit;
          if (from <= last) continue;
          last = from;
          yield event;
        }
        return;
      } catch (error) {
        if (from !== start || start <= 0n || !isNoPosition(error)) throw error;
      }
    }
  }

  async #untilAnswered<Answer>(stream: string, ask: () => Promise<Answer>): Promise<Answer> {
    const patience = this.#patience(stream);
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        await patience(error);
      }
    }
  }

  async *#resumed(stream: string, open: () => ClientStream, signal?: AbortSignal): AsyncGenerator<RecordedEvent> {
    const stop = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    let patience = this.#patience(stream);
    while (!stop.aborted) {
      try {
        for await (const event of eventsOf(open(), stop)) {
          patience = this.#patience(stream);
          yield event;
        }
        break;
      } catch (error) {
        await patience(error, stop);
      }
    }
    if (stop.aborted && !signal?.aborted) throw logClosed(this.name);
  }

  /** Waits a little before the next try, longer each time; throws what cannot pass, and what did not in time. */
  #patience(stream: string): (error: unknown, stop?: AbortSignal) => Promise<void> {
    const deadline = performance.now() + this.patienceMs;
    let pauseMs = FIRST_PAUSE_MS;
    return async (error, stop = this.#closing.signal) => {
      if (stop.aborted && this.#closing.signal.aborted) throw logClosed(this.name);
      if (!isPassing(error)) throw explain(error, this.name, stream);
      if (performance.now() > deadline) throw logUnreachable(this.name, this.patienceMs, error);
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => {});
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    };
  }
}
