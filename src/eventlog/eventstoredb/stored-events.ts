import { binaryEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import { v5 } from 'uuid';
import { rejections } from '../../domain/errors.ts';
import type { StoredEvent } from '../../domain/event.ts';
import { logError } from '../log-errors.ts';
import type { EventToAppend } from '../port.ts';
import type { Connection } from './connection.ts';
import { appendTooLarge, eventsGone } from './faults.ts';
import type { RecordStreams } from './record.ts';

/** The server takes 1 MiB in one append, and counts more than bodies. */
const APPEND_BYTES = 1_000_000;
/** What an event takes besides its body: its hash, and its type twice. */
const ENVELOPE_BYTES = 250;
/** In an append that is too large, bodies above this stand apart. */
const SMALL_BYTES = 4_096;

const NAMESPACE = '0f7cf1d6-5d0c-4f4d-8a7e-1d1a3a1f4b52';
const OTHER_TYPE = 'ScoriaEvent';

/** What an event carries beside its body. `bytes` is there when the body stands in a stream of its own. */
interface Beside {
  readonly hash: string;
  readonly bytes?: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const streamNameOf = (streams: string, stream: string): string => streams + encodeURIComponent(stream);

/** For whoever looks at the server's own pages. To a log a body is opaque, so that nothing depends on it. */
const typeOf = (body: string): string => {
  try {
    const { type } = JSON.parse(body) as { readonly type?: unknown };
    return typeof type === 'string' && /^[A-Za-z]/.test(type) ? type : OTHER_TYPE;
  } catch {
    return OTHER_TYPE;
  }
};

const bytesOf = ({ body }: EventToAppend): number => Buffer.byteLength(body) + ENVELOPE_BYTES;

/** Events in groups that one append takes, each in order; one that is too large stands alone. */
export function* groupsOf(events: Iterable<EventToAppend>): Generator<[EventToAppend, ...EventToAppend[]]> {
  let group: EventToAppend[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = bytesOf(event);
    if (group.length > 0 && bytes + size > APPEND_BYTES) {
      yield group as [EventToAppend, ...EventToAppend[]];
      [group, bytes] = [[], 0];
    }
    group.push(event);
    bytes += size;
  }
  if (group.length > 0) yield group as [EventToAppend, ...EventToAppend[]];
}

/** How events look in the database: the body's bytes as they are, so that nothing on the way writes JSON anew. */
export class StoredEvents {
  readonly #connection: Connection;
  readonly #record: RecordStreams;

  constructor(connection: Connection, record: RecordStreams) {
    this.#connection = connection;
    this.#record = record;
  }

  /** What one append may carry. Bodies that make it too large are stored first, each in a stream of its own. */
  async toAppend(stream: string, events: readonly EventToAppend[]): Promise<readonly EventData[]> {
    const total = events.reduce((sum, event) => sum + bytesOf(event), 0);
    const inline = (event: EventToAppend) => total <= APPEND_BYTES || bytesOf(event) <= SMALL_BYTES;
    const left = events.reduce((sum, event) => sum + (inline(event) ? bytesOf(event) : ENVELOPE_BYTES), 0);
    if (left > APPEND_BYTES) throw appendTooLarge(this.#connection.name, stream);
    const ready: EventData[] = [];
    for (const event of events) {
      const { id, body, hash } = event;
      const bytes = new TextEncoder().encode(body);
      const apart = !inline(event);
      if (apart) await this.#storeParts(id, bytes);
      const metadata: Beside = apart ? { hash, bytes: bytes.length } : { hash };
      ready.push(
        binaryEvent({ id, type: typeOf(body), data: apart ? new Uint8Array() : bytes, metadata: { ...metadata } }),
      );
    }
    return ready;
  }

  async read(streams: string, recorded: RecordedEvent): Promise<StoredEvent> {
    const stream = decodeURIComponent(recorded.streamId.slice(streams.length));
    const { hash, bytes } = (recorded.metadata ?? {}) as Partial<Beside>;
    const position = recorded.position?.commit;
    if (typeof hash !== 'string' || !(recorded.data instanceof Uint8Array)) throw this.#foreign(recorded);
    if (position === undefined || position >= 2n ** 63n) throw this.#tooOld();
    const body = utf8.decode(bytes === undefined ? recorded.data : await this.#readParts(recorded.id, bytes));
    return { position, stream, revision: recorded.revision, id: recorded.id, body, hash };
  }

  async #storeParts(eventId: string, bytes: Uint8Array): Promise<void> {
    const stream = this.#record.streamOfParts(eventId);
    for (let part = 0; part * APPEND_BYTES < bytes.length; part += 1) {
      const data = bytes.slice(part * APPEND_BYTES, (part + 1) * APPEND_BYTES);
      // Named after the event, so that doing it again stores nothing twice.
      const id = v5(`${eventId} ${part}`, NAMESPACE);
      await this.#connection.append(stream, BigInt(part) - 1n, [binaryEvent({ id, type: 'BodyPart', data })]);
    }
  }

  async #readParts(eventId: string, length: number): Promise<Uint8Array> {
    const stream = this.#record.streamOfParts(eventId);
    const parts: Uint8Array[] = [];
    for await (const { data } of this.#connection.readStream(stream, 0n)) parts.push(data as Uint8Array);
    const body = Buffer.concat(parts);
    if (body.length !== length) throw eventsGone(this.#connection.name, stream, 0n);
    return body;
  }

  #foreign({ streamId, revision }: RecordedEvent) {
    const { name } = this.#connection;
    return logError(
      rejections.LogInvalid,
      `event ${revision} of the stream ${streamId} of the log ${name} was not written by Scoria`,
      'let nothing but Scoria write under its prefix',
      { log: name, stream: streamId, revision: String(revision) },
    );
  }

  #tooOld() {
    const { name } = this.#connection;
    return logError(
      rejections.LogInvalid,
      `the server of the log ${name} does not say where in the log an event of a stream stands`,
      'use EventStoreDB 23.10 or later',
      { log: name },
    );
  }
}
