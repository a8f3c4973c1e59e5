import { randomUUID } from 'node:crypto';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import * as E from 'fp-ts/lib/Either.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import { assertAppend } from '../append-to-stream.ts';
import type { Leases } from '../leases.ts';
import { logError, logNotEmpty, wrongRevision } from '../log-errors.ts';
import type { Append, AppendResult, EventLog } from '../port.ts';
import type { EventStoreAddress } from './address.ts';
import { Connection } from './connection.ts';
import { streamGone } from './faults.ts';
import { eventStoreLeases } from './leases.ts';
import type { Login } from './login.ts';
import { Reader } from './reader.ts';
import { RecordStreams } from './record.ts';
import { groupsOf, StoredEvents, streamNameOf } from './stored-events.ts';

const PATIENCE_MS = 30_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface EventStoreLogOptions {
  readonly address: EventStoreAddress;
  readonly login?: Login;
  readonly ifMissing: 'create' | 'refuse';
  /** How long the server may be away while the log is opened. */
  readonly openTimeoutMs: number;
  /** How long it may be away later, before whoever waits for it is told (30 s unless given). */
  readonly patienceMs?: number;
}

/** A record in an EventStoreDB: a stream for each stream, its order that of `$all`, positions its commit positions. */
export const openEventStoreLog = async (options: EventStoreLogOptions): Promise<EventLog> => {
  const { address, login, ifMissing, openTimeoutMs, patienceMs = PATIENCE_MS } = options;
  const connection = connect(address, login, openTimeoutMs);
  const record = new RecordStreams(connection, address.prefix);
  try {
    if ((await record.find()) === undefined && ifMissing === 'refuse') throw notFound(address.name);
  } catch (error) {
    await connection.close();
    throw error;
  }
  connection.patienceMs = patienceMs;
  return new EventStoreLog(connection, record, eventStoreLeases(connection, address.prefix));
};

/** The client reads files and numbers of the URL at once. */
const connect = (...of: ConstructorParameters<typeof Connection>): Connection => {
  try {
    return new Connection(...of);
  } catch (error) {
    throw new ScoriaError(
      rejections.InvalidInput(
        `the URL of the log ${of[0].name} cannot be used: ${error instanceof Error ? error.message : error}`,
        'correct the parameter; files are those of certificates, numbers are milliseconds',
        { log: of[0].name },
      ),
    );
  }
};

class EventStoreLog implements EventLog {
  readonly name: string;
  readonly leases: Leases;
  readonly readStream: EventLog['readStream'];
  readonly readAll: EventLog['readAll'];
  readonly readPages: EventLog['readPages'];
  readonly subscribe: EventLog['subscribe'];
  readonly head: EventLog['head'];
  readonly #connection: Connection;
  readonly #record: RecordStreams;
  readonly #stored: StoredEvents;

  constructor(connection: Connection, record: RecordStreams, leases: Leases) {
    const stored = new StoredEvents(connection, record);
    const reader = new Reader(connection, record, stored);
    this.name = connection.name;
    this.leases = leases;
    this.#connection = connection;
    this.#record = record;
    this.#stored = stored;
    this.readStream = (stream, bounds) => reader.readStream(stream, bounds);
    this.readAll = (bounds) => reader.readAll(bounds);
    this.readPages = (bounds) => reader.readPages(bounds);
    this.subscribe = (options) => reader.subscribe(options);
    this.head = () => reader.head();
  }

  async append(append: Append): Promise<AppendResult> {
    assertStorable(append);
    return this.#connection.whileOpen(async () => this.#write(await this.#record.begin(), append));
  }

  /** The events become the record when all are there: until then nobody finds them. */
  async appendToEmpty(appends: Iterable<Append>): Promise<void> {
    return this.#connection.whileOpen(async () => {
      if ((await this.#record.find()) !== undefined) throw logNotEmpty(this.name);
      const streams = this.#record.streamsOfLoad(randomUUID());
      let loaded = 0;
      for (const append of appends) {
        assertStorable(append);
        loaded += append.events.length;
        for (const group of groupsOf(append.events)) await this.#load(streams, append.stream, group);
      }
      if (loaded > 0 && !(await this.#record.beginWith(streams))) throw logNotEmpty(this.name);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #load(streams: string, stream: string, events: Append['events']): Promise<void> {
    const result = await this.#write(streams, { stream, expectedRevision: events[0].revision - 1n, events });
    if (E.isLeft(result)) throw wrongRevision(this.name, result.left);
  }

  async #write(streams: string, { stream, expectedRevision, events }: Append): Promise<AppendResult> {
    const name = streamNameOf(streams, stream);
    const data = await this.#stored.toAppend(name, events);
    try {
      const { nextExpectedRevision, position } = await this.#connection.append(name, expectedRevision, data);
      // The revisions of a stream that was deleted go on behind those that are gone.
      if (nextExpectedRevision !== expectedRevision + BigInt(events.length)) throw streamGone(this.name, name);
      if (events.length === 1 && position !== undefined) return E.right([{ ...events[0], position: position.commit }]);
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      const { actualVersion } = error;
      const actual = typeof actualVersion === 'bigint' ? actualVersion : -1n;
      const repeated =
        actual < expectedRevision + BigInt(events.length) ? undefined : await this.#find(streams, events);
      return repeated === undefined ? E.left({ stream, expected: expectedRevision, actual }) : E.right(repeated);
    }
    const found = await this.#find(streams, events);
    if (found === undefined) throw streamGone(this.name, name);
    return E.right(found);
  }

  /** The events as they are stored, if it is these: the server says of several only where the last one stands. */
  async #find(streams: string, events: Append['events']): Promise<ReadonlyNonEmptyArray<StoredEvent> | undefined> {
    const [first] = events;
    const name = streamNameOf(streams, first.stream);
    const found: StoredEvent[] = [];
    for await (const recorded of this.#connection.readStream(name, first.revision, BigInt(events.length))) {
      found.push(await this.#stored.read(streams, recorded));
    }
    const same = found.length === events.length && events.every(({ id }, index) => id === found[index]?.id);
    return same ? (found as unknown as ReadonlyNonEmptyArray<StoredEvent>) : undefined;
  }
}

/** Throws on what only a programming error can cause; an id that is none ends the process inside the client. */
const assertStorable = (append: Append): void => {
  assertAppend(append);
  for (const { id } of append.events) {
    if (!UUID.test(id)) throw new TypeError(`an append to ${append.stream} carries the id ${id}, which is no UUID`);
  }
};

const notFound = (name: string) =>
  logError(
    rejections.LogNotFound,
    `there is no log at ${name}`,
    'give the URL of a log, and its prefix; `scoria backend add` makes one',
    { log: name },
  );
