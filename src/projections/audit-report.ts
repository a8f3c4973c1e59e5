import type { RecordedEvent } from '../domain/event.ts';
import { eventDefinitions } from '../domain/streams.ts';
import { wordsOf } from './words.ts';

/** One command: who gave it, when, why, and how it ended. */
export interface ReportRow {
  /** Of its first event in the range. */
  readonly position: bigint;
  readonly at: string;
  readonly user: string;
  readonly project: string;
  readonly command: string;
  readonly command_id: string;
  /** What it is about: a stream, such as `volume-ID`. */
  readonly stream: string;
  readonly reason: string | null;
  /** `open` when the range holds no outcome. */
  readonly outcome: 'done' | 'failed' | 'unknown' | 'open';
  readonly ended_at: string | null;
  /** What was asked of the storage, in words that hold no secret; `null` where nothing was. */
  readonly asked: string | null;
  /** What the driver or the host answered, or what the command came to. */
  readonly answer: string | null;
}

/** Whose commands, or all. */
export interface ReportFilter {
  /** A user (`ada`), or a user for a project (`ada@mail`). */
  readonly actor?: string | undefined;
}

type Growing = { -readonly [Field in keyof ReportRow]: ReportRow[Field] };

/**
 * A row for each command that recorded something, in the order in which they ended; those that did not end stand last.
 * Only what is open is held in memory.
 */
export async function* reportOf(
  events: AsyncIterable<RecordedEvent>,
  { actor }: ReportFilter = {},
): AsyncGenerator<ReportRow, void, void> {
  const open = new Map<string, Growing>();
  for await (const event of events) {
    // What a command records at once stands together: with the first event of another, those that ended are whole.
    yield* ended(open, event.meta.commandId);
    if (actor !== undefined && !isOf(actor, event)) continue;
    const row = open.get(event.meta.commandId);
    if (row === undefined) open.set(event.meta.commandId, begun(event));
    else goOn(row, event);
  }
  yield* open.values();
}

function* ended(open: Map<string, Growing>, except: string): Generator<ReportRow> {
  for (const [id, row] of open) {
    if (row.outcome === 'open' || id === except) continue;
    open.delete(id);
    yield row;
  }
}

const isOf = (actor: string, { meta: { actor: by } }: RecordedEvent): boolean =>
  actor === by.user || actor === `${by.user}@${by.project}`;

const begun = (event: RecordedEvent): Growing => {
  const { position, stream, meta } = event;
  const row: Growing = {
    position,
    at: meta.at,
    user: meta.actor.user,
    project: meta.actor.project,
    command: meta.command,
    command_id: meta.commandId,
    stream,
    reason: meta.reason ?? null,
    // What needs no effect is done when it is recorded.
    outcome: 'done',
    ended_at: meta.at,
    asked: null,
    answer: null,
  };
  goOn(row, event);
  return row;
};

const goOn = (row: Growing, event: RecordedEvent): void => {
  const words = wordsOf(event);
  if (isIntent(event)) {
    row.asked = joined(row.asked, words);
    row.outcome = 'open';
    row.ended_at = null;
    return;
  }
  row.answer = joined(row.answer, words);
  const outcome = outcomeOf(event);
  if (outcome === null) return;
  row.outcome = outcome;
  row.ended_at = event.meta.at;
};

const joined = (before: string | null, words: string): string => (before === null ? words : `${before}; ${words}`);

const isIntent = ({ type }: RecordedEvent): boolean => eventDefinitions.get(type)?.role === 'intent';

const outcomeOf = ({ type }: RecordedEvent): 'done' | 'failed' | 'unknown' | null => {
  const role = eventDefinitions.get(type)?.role;
  if (role === 'unknown') return 'unknown';
  if (role === 'outcome') return type.endsWith('Failed') ? 'failed' : 'done';
  return null;
};
