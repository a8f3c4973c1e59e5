import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Actor } from '../domain/event.ts';
import type { Append, EventLog } from '../eventlog/port.ts';
import { newId } from '../new-id.ts';
import { DUMP_FORMAT } from '../projections/dump.ts';
import { type Author, commandDigest, EMPTY_STREAM, seal } from './envelope.ts';
import { invalidDump } from './invalid-dump.ts';
import { importsOf, readDump } from './load-dump.ts';
import { appendsOf, type NumberedLine, readExport } from './load-events.ts';
import type { SealedKeys } from './sealed-keys.ts';

export interface LoadContext {
  readonly author: Author;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  /** The name of the file that the text comes from, for the record. */
  readonly file?: string | undefined;
  /** Hears how many events are read, then how many are written; what it throws ends the load, and nothing is written. */
  readonly reached?: (done: number, total: number | null) => void;
  /** Notes which keys are needed for what is written. */
  readonly sealed?: SealedKeys;
}

/** What was loaded. */
export interface Loaded {
  readonly format: 'dump' | 'events';
  readonly events: number;
  /** The SHA-256 of the text, and the file's name. An imported event records it. */
  readonly source: string;
}

/** One text must fit into one string, with room for what is made of it. */
const MAX_CHARS = 2 ** 28;
const TURN_LINES = 256;

/**
 * Brings back a dump (as imports) or an export of events (byte for byte) into a log that holds nothing. Everything is
 * checked before the first event; all is written in one transaction.
 */
export const load = async (
  log: EventLog,
  text: string | AsyncIterable<string>,
  context: LoadContext,
): Promise<Loaded> => {
  // Asked at once, so that nobody checks a long file in vain; the log asks again in its transaction.
  if ((await log.head()) > 0n) await log.appendToEmpty([]);
  const hash = createHash('sha256');
  const lines = inTurns(context, linesOf(hashed(typeof text === 'string' ? [text] : text, hash)));
  const first = await lines.next();
  if (first.done) throw invalidDump('it is empty');
  const source = (): string => [`sha256:${hash.digest('hex')}`, ...(context.file ? [context.file] : [])].join(' ');
  const all = startingWith(first.value, lines);
  if (isEvent(first.value.text)) {
    const events = await readExport(all);
    await log.appendToEmpty(told(context, events.length, appendsOf(events)));
    return { format: 'events', events: events.length, source: source() };
  }
  const dump = readDump(await joined(all));
  const named = source();
  const appends = [...importAppends(dump, named, context)];
  await log.appendToEmpty(told(context, appends.length, appends));
  return { format: 'dump', events: appends.length, source: named };
};

/** Others get their turn while a long text is read: also whoever wants to end it. */
async function* inTurns(
  { reached }: LoadContext,
  lines: AsyncIterable<NumberedLine>,
): AsyncGenerator<NumberedLine, void, void> {
  for await (const line of lines) {
    if (line.line % TURN_LINES === 0) {
      await turn();
      reached?.(line.line, null);
    }
    yield line;
  }
}

function* told({ reached, sealed }: LoadContext, total: number, appends: Iterable<Append>): Generator<Append> {
  let done = 0;
  for (const append of appends) {
    reached?.(done, total);
    for (const { body } of append.events) sealed?.note(append.stream, body);
    yield append;
    done += append.events.length;
  }
}

function* importAppends(
  dump: Parameters<typeof importsOf>[0],
  source: string,
  { author, actor, reason }: LoadContext,
): Generator<Append> {
  const commandId = newId();
  const meta = {
    actor,
    command: 'LoadDump',
    commandId,
    commandDigest: commandDigest('LoadDump', { source }),
    correlationId: commandId,
    causationId: commandId,
    reason,
  };
  for (const { stream, event } of importsOf(dump, source)) yield seal(stream, EMPTY_STREAM, [event], meta, author);
}

/** The first line tells: an event is one line, and a dump says its format. */
const isEvent = (line: string): boolean => {
  if (line.startsWith('{"data":')) return true;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'stream' in value && !isDump(value);
  } catch {
    return false;
  }
};

const isDump = (value: object): boolean => 'format' in value && value.format === DUMP_FORMAT;

async function* hashed(
  chunks: Iterable<string> | AsyncIterable<string>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Lines without their ends. A text that ends with a line's end has no empty line after it. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<NumberedLine, void, void> {
  let line = 0;
  let rest = '';
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      line += 1;
      yield { line, text: rest + chunk.slice(start, end) };
      rest = '';
      start = end + 1;
    }
    rest += chunk.slice(start);
    if (rest.length > MAX_CHARS) throw tooLong(line + 1);
  }
  if (rest !== '') yield { line: line + 1, text: rest };
}

async function* startingWith(first: NumberedLine, others: AsyncIterable<NumberedLine>): AsyncGenerator<NumberedLine> {
  yield first;
  yield* others;
}

const joined = async (lines: AsyncIterable<NumberedLine>): Promise<string> => {
  const texts: string[] = [];
  let chars = 0;
  for await (const { line, text } of lines) {
    chars += text.length + 1;
    if (chars > MAX_CHARS) throw tooLong(line);
    texts.push(text);
  }
  return texts.join('\n');
};

const tooLong = (line: number) =>
  invalidDump(
    `it is longer than ${MAX_CHARS} characters`,
    { line },
    'load an export of events instead, which is read line by line',
  );
