import { z } from 'zod';
import { canonicalJson } from '../audit/canonical.ts';
import { hashBody } from '../audit/chain.ts';
import { FIRST_PREV, NO_STREAM, type RecordedEvent } from '../domain/event.ts';
import { type Json, type JsonObject, Text } from '../domain/json.ts';
import { aggregateOf, decode, eventDefinitions, kindOf } from '../domain/streams.ts';
import type { Append, EventToAppend } from '../eventlog/port.ts';
import { EMPTY_STREAM, type StreamHead } from './envelope.ts';
import { exportLine } from './export.ts';
import { fieldOf, firstIssue, invalidDump, type Place, writtenByNewer } from './invalid-dump.ts';
import { streamOf } from './stream-of.ts';
import { jsonProblem, mayBeDeep } from './strict-json.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hexadecimal digits' });
const Time = z.iso.datetime({ precision: 3, error: 'must be a UTC time with milliseconds' });
const Decimal = (least: '0' | '1') =>
  z.string().regex(least === '0' ? /^(0|[1-9]\d{0,17})$/ : /^[1-9]\d{0,17}$/, {
    error: `must be a whole number from ${least}, in a string`,
  });

/** The envelope of an event; its data has a schema of its own. */
const LineSchema = z.strictObject({
  data: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'must be an object',
  }),
  id: Text.min(1),
  meta: z.strictObject({
    actor: z.strictObject({ user: Text, project: Text }),
    at: Time,
    causationId: Text,
    command: Text,
    commandDigest: Text,
    commandId: Text,
    correlationId: Text,
    executor: Text,
    hash: Hash,
    prev: Hash,
    reason: Text.optional(),
    recovered: z.literal(true).optional(),
  }),
  position: Decimal('1'),
  revision: Decimal('0'),
  stream: Text.min(1),
  type: Text.min(1),
  v: z.int().min(1),
});
type Line = z.infer<typeof LineSchema>;

const CANONICAL =
  'the export proves what happened only as Scoria wrote it: canonical JSON (RFC 8785), one event a line, no spaces, no carriage returns';

/** What is fast tells that all is well; what is slow tells what is not. */
const parseLine = (text: string, line: number): Line => {
  if (mayBeDeep(text) || text.includes('"__proto__":')) explain(text, line);
  const parsed = LineSchema.safeParse(parsedJson(text, line));
  if (parsed.success) return parsed.data;
  const issue = firstIssue(parsed.error);
  throw invalidDump(issue.problem, { line, field: fieldOf(issue.path) });
};

const parsedJson = (text: string, line: number): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    explain(text, line);
    throw error;
  }
};

/** Throws what is wrong with the line as strict JSON, if anything is. */
const explain = (text: string, line: number): void => {
  const problem = jsonProblem(text);
  if (problem !== null) throw invalidDump(problem.message, { line, field: fieldOf(problem.path) });
};

/** The event as it was stored: the line without its position and its hash. */
const storedEvent = (parsed: Line, text: string, line: number): EventToAppend => {
  const { position, ...event } = parsed;
  const { hash, ...meta } = event.meta;
  const body = canonical({ ...event, meta }, { line });
  const stored = { stream: event.stream, revision: BigInt(event.revision), id: event.id, body, hash };
  if (exportLine({ ...stored, position: BigInt(position) }) !== `${text}\n`) {
    explain(text, line);
    throw invalidDump('is not canonical JSON', { line }, CANONICAL);
  }
  if (hashBody(body) !== hash) {
    throw invalidDump('the event does not have this hash: it was changed', { line, field: 'meta.hash' });
  }
  return stored;
};

const canonical = (value: object, place: Place): string => {
  try {
    return canonicalJson(value as Json);
  } catch (error) {
    // A number without end, or a lone surrogate.
    throw invalidDump(error instanceof Error ? error.message : String(error), place, CANONICAL);
  }
};

/** The data must be what this version's definition accepts, once it is in today's form. */
const checkData = ({ stream, type, v, position }: Line, stored: EventToAppend, line: number): void => {
  const kind = kindOf(stream);
  if (kind === null)
    throw writtenByNewer(`the stream ${JSON.stringify(stream)} is of a kind`, { line, field: 'stream' });
  const definition = eventDefinitions.get(type);
  if (definition === undefined) throw writtenByNewer(`${type} is a type of event`, { line, field: 'type' });
  if (v > definition.version) throw writtenByNewer(`${type} v${v} is a version of event`, { line, field: 'v' });
  if (!Object.hasOwn(aggregateOf(kind).events, type)) {
    throw invalidDump(`${type} does not belong into the stream ${stream}`, { line, field: 'type' });
  }
  const event = upcasted({ ...stored, position: BigInt(position) }, line);
  const parsed = definition.schema.safeParse(event.data);
  if (!parsed.success) {
    const issue = firstIssue(parsed.error);
    throw invalidDump(issue.problem, { line, field: fieldOf(['data', ...issue.path]) });
  }
  const home = streamOf(event);
  if (home !== null && home !== stream) {
    throw invalidDump(`the event is about ${home}, not about ${stream}`, { line, field: 'stream' });
  }
};

const upcasted = (stored: EventToAppend & { readonly position: bigint }, line: number): RecordedEvent => {
  try {
    return decode(stored);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw invalidDump(`the data of an old version cannot be read: ${why}`, { line, field: 'data' });
  }
};

/** What must hold from line to line. */
class Sequence {
  readonly #heads = new Map<string, StreamHead>();
  readonly #ids = new Set<string>();
  #position = 0n;

  check({ position, meta }: Line, { stream, revision, id, hash }: EventToAppend, line: number): void {
    const head = this.#heads.get(stream) ?? EMPTY_STREAM;
    const next = head.revision + 1n;
    if (BigInt(position) <= this.#position) {
      throw invalidDump(`follows position ${this.#position}; positions must ascend`, { line, field: 'position' });
    }
    if (revision !== next) {
      const problem = `${stream} goes on with revision ${next}, but this is ${revision}: an event is missing or twice`;
      throw invalidDump(problem, { line, field: 'revision' });
    }
    if (meta.prev !== head.hash) {
      const before = head.revision === NO_STREAM ? FIRST_PREV : `that of revision ${head.revision}`;
      throw invalidDump(`must be ${before}, the hash before it in its stream`, { line, field: 'meta.prev' });
    }
    if (this.#ids.has(id)) throw invalidDump('another event has this id', { line, field: 'id' });
    this.#ids.add(id);
    this.#heads.set(stream, { revision, hash });
    this.#position = BigInt(position);
  }
}

export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** Checks an export, line by line, and gives the events as they were stored. */
export const readExport = async (lines: AsyncIterable<NumberedLine>): Promise<readonly EventToAppend[]> => {
  const events: EventToAppend[] = [];
  const sequence = new Sequence();
  for await (const { line, text } of lines) {
    if (text === '') throw invalidDump('is empty', { line });
    const parsed = parseLine(text, line);
    const stored = storedEvent(parsed, text, line);
    sequence.check(parsed, stored, line);
    checkData(parsed, stored, line);
    events.push(stored);
  }
  return events;
};

/** The appends that write the events again in their order. */
export function* appendsOf(events: readonly EventToAppend[]): Generator<Append> {
  let run: EventToAppend[] = [];
  for (const event of events) {
    if (run.length > 0 && (run[0]?.stream !== event.stream || run.length === RUN)) {
      yield appendOf(run);
      run = [];
    }
    run.push(event);
  }
  if (run.length > 0) yield appendOf(run);
}

const RUN = 500;

const appendOf = (run: readonly EventToAppend[]): Append => {
  const [first, ...rest] = run as [EventToAppend, ...EventToAppend[]];
  return { stream: first.stream, expectedRevision: first.revision - 1n, events: [first, ...rest] };
};
