import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { CanonicalReader } from './canonical.ts';
import { Problem } from './problem.ts';
import type { Hash } from './tree.ts';

const DOMAIN = Buffer.from('scoria/event/v1\n');
const HEX_CHARS = 64;
const HEX = /^[0-9a-f]{64}$/;
const POSITION = /^[1-9]\d{0,18}$/;
const REVISION = /^(?:0|[1-9]\d{0,14})$/;
const VERSION = /^[1-9]\d{0,14}$/;

const bytesOf = (text: string): Buffer => Buffer.from(text);
/** What stands before each value of an event, in the order in which RFC 8785 sorts them. */
const TO = {
  data: bytesOf('{"data":'),
  id: bytesOf(',"id":'),
  project: bytesOf(',"meta":{"actor":{"project":'),
  user: bytesOf(',"user":'),
  at: bytesOf('},"at":'),
  causationId: bytesOf(',"causationId":'),
  command: bytesOf(',"command":'),
  commandDigest: bytesOf(',"commandDigest":'),
  commandId: bytesOf(',"commandId":'),
  correlationId: bytesOf(',"correlationId":'),
  executor: bytesOf(',"executor":'),
  hash: bytesOf(',"hash":'),
  prev: bytesOf(',"prev":'),
  reason: bytesOf(',"reason":'),
  recovered: bytesOf(',"recovered":true'),
  position: bytesOf('},"position":'),
  revision: bytesOf(',"revision":'),
  stream: bytesOf(',"stream":'),
  type: bytesOf(',"type":'),
  v: bytesOf(',"v":'),
  end: bytesOf('}'),
};
const BEFORE_HASH = [
  ...[TO.id, TO.project, TO.user, TO.at, TO.causationId, TO.command],
  ...[TO.commandDigest, TO.commandId, TO.correlationId, TO.executor],
];

/** One event of an export, as far as it can be checked alone. */
export interface EventLine {
  position: string;
  stream: string;
  revision: string;
  /** Hex. */
  prev: string;
  /** Hex; it was recomputed. */
  hash: string;
  digest: Hash;
}

/** Reads the lines of an export, one after the other: each is canonical, has every field of an event, and its hash. */
export class EventLineReader {
  readonly #reader = new CanonicalReader();
  /** The same object for every line. */
  readonly #line: EventLine = { position: '', stream: '', revision: '', prev: '', hash: '', digest: Buffer.alloc(0) };
  #scratch = Buffer.alloc(64 * 1024);

  read(bytes: Buffer, start: number, end: number): EventLine {
    if (!isUtf8(bytes.subarray(start, end))) throw new Problem('is not UTF-8');
    const reader = this.#reader;
    const line = this.#line;
    reader.open(bytes, start, end);
    reader.literal(TO.data);
    reader.object();
    for (const field of BEFORE_HASH) this.#pass(field);
    const hashAt = reader.at;
    line.hash = this.#ascii(TO.hash, HEX, 'meta.hash must be 64 hexadecimal digits');
    const hashEnd = reader.at;
    line.prev = this.#ascii(TO.prev, HEX, 'meta.prev must be 64 hexadecimal digits');
    if (reader.hasNext(TO.reason)) this.#pass(TO.reason);
    if (reader.hasNext(TO.recovered)) reader.literal(TO.recovered);
    // The brace before it ends `meta`.
    const positionAt = reader.at + 1;
    line.position = this.#ascii(TO.position, POSITION, 'position must be a whole number from 1, in a string');
    const positionEnd = reader.at;
    line.revision = this.#ascii(TO.revision, REVISION, 'revision must be a whole number from 0, in a string');
    this.#stream(line);
    this.#pass(TO.type);
    this.#version();
    reader.literal(TO.end);
    if (reader.at !== end) throw new Problem('holds something after its event');
    line.digest = this.#digest(bytes, [start, hashAt, hashEnd, positionAt, positionEnd, end]);
    if (line.digest.toString('hex') !== line.hash) throw new Problem('does not have its hash: it was changed');
    return line;
  }

  #pass(field: Buffer): void {
    this.#reader.literal(field);
    this.#reader.string();
  }

  #stream(line: EventLine): void {
    const reader = this.#reader;
    reader.literal(TO.stream);
    const start = reader.string();
    line.stream = reader.wasPlain
      ? reader.bytes.toString('latin1', start, reader.at - 1)
      : JSON.parse(reader.bytes.toString('utf8', start - 1, reader.at));
  }

  #version(): void {
    const reader = this.#reader;
    reader.literal(TO.v);
    const start = reader.at;
    reader.integer();
    if (!VERSION.test(reader.bytes.toString('latin1', start, reader.at)))
      throw new Problem('v must be a whole number from 1');
  }

  #ascii(field: Buffer, form: RegExp, problem: string): string {
    const reader = this.#reader;
    reader.literal(field);
    const start = reader.string();
    const text = reader.at - 1 - start > HEX_CHARS ? '' : reader.bytes.toString('latin1', start, reader.at - 1);
    if (!form.test(text)) throw new Problem(problem);
    return text;
  }

  /** The hash covers the line without its hash and its position. */
  #digest(bytes: Buffer, places: readonly [number, number, number, number, number, number]): Hash {
    const [start, hashAt, hashEnd, positionAt, positionEnd, end] = places;
    const most = DOMAIN.length + end - start;
    if (this.#scratch.length < most) this.#scratch = Buffer.alloc(2 * most);
    let length = DOMAIN.copy(this.#scratch);
    length += bytes.copy(this.#scratch, length, start, hashAt);
    length += bytes.copy(this.#scratch, length, hashEnd, positionAt);
    length += bytes.copy(this.#scratch, length, positionEnd, end);
    return hash('sha256', this.#scratch.subarray(0, length), 'buffer');
  }
}

/** The hash of an event's stored body. */
export const bodyHash = (body: Buffer): Hash => hash('sha256', Buffer.concat([DOMAIN, body]), 'buffer');
