import { rejections, ScoriaError } from '../domain/errors.ts';
import type { EventBody } from '../domain/event.ts';
import type { EventLog } from '../eventlog/port.ts';

type Log = Pick<EventLog, 'head' | 'readAll'>;

/**
 * A point in the log's history: a position (`42n`, `'42'`), or a time (a Date, ISO 8601 with an offset or Z, or a plain
 * date for its midnight in UTC).
 */
export type When = bigint | Date | string;

/** The position that `when` means. A time before the first event is `0n`: the empty log. */
export const resolveWhen = async (log: Log, when: When): Promise<bigint> => {
  const point = parseWhen(when);
  return typeof point === 'bigint' ? knownPosition(log, point) : positionAt(log, point.ms);
};

const knownPosition = async (log: Log, position: bigint): Promise<bigint> => {
  const head = await log.head();
  if (position <= head) return position;
  throw new ScoriaError(
    rejections.PositionNotFound(
      `the log holds no position ${position} yet`,
      `its last position is ${head}; give that or an earlier one`,
      { position: String(position), head: String(head) },
    ),
  );
};

/**
 * The last position whose running maximum of `meta.at` is not later: clocks of several hosts may go back, and what was
 * known at a time must not depend on where one looks from.
 */
const positionAt = async (log: Log, ms: number): Promise<bigint> => {
  let position = 0n;
  for await (const stored of log.readAll()) {
    const { meta }: EventBody = JSON.parse(stored.body);
    if (Date.parse(meta.at) > ms) break;
    position = stored.position;
  }
  return position;
};

const parseWhen = (when: When): bigint | { readonly ms: number } => {
  if (typeof when === 'bigint' && when >= 0n) return when;
  if (typeof when === 'string' && /^\d{1,19}$/.test(when)) return BigInt(when);
  const ms = when instanceof Date ? when.getTime() : typeof when === 'string' ? msOf(when) : Number.NaN;
  if (!Number.isNaN(ms)) return { ms };
  throw new ScoriaError(
    rejections.InvalidInput(
      `${typeof when === 'string' ? JSON.stringify(when) : String(when)} is neither a position nor a time`,
      'give a position (42), a time with its offset (2026-11-20T14:02:00Z, 2026-11-20T14:02:00+01:00) or a date (2026-11-20, from its midnight in UTC)',
      { at: String(when) },
    ),
  );
};

const TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Not a number for what is not a time, also for a day that its month does not have. */
const msOf = (text: string): number => {
  const date = TIME.exec(text)?.[1];
  if (date === undefined) return Number.NaN;
  const midnight = new Date(`${date}T00:00:00Z`);
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
  return exists ? Date.parse(text) : Number.NaN;
};
