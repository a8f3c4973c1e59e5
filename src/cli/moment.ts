import { rejections, ScoriaError } from '../domain/errors.ts';
import { instantOf, localClock, localDate } from './local-time.ts';

const DAY_MS = 86_400_000;

const ELAPSED: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const DAYS: Readonly<Record<string, number>> = { d: 1, w: 7 };

const CLOCK = String.raw`(?<clock>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?)`;
const OFFSET = String.raw`(?<offset>Z|[+-]\d{2}:\d{2})?`;
const POSITION = /^\d{1,19}$/;
const LOCAL = new RegExp(`^(?<date>\\d{4}-\\d{2}-\\d{2})(?:[ T]${CLOCK}${OFFSET})?$`);
const DAY = new RegExp(`^(?<day>today|yesterday)\\s+${CLOCK}$`, 'i');
const AGO = /^(?<count>\d{1,9})\s*(?<unit>s|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s+ago$/i;

export const WHEN_FORMS =
  'a position (42), a time here ("2026-11-20 14:02"), one with its zone (2026-11-20T14:02:00Z), "yesterday 14:02" or "2 hours ago"';

/** What `--at` means: a position, or a time in ISO 8601. The library takes no other. */
export const whenOf = (given: string, now: number = Date.now()): string => {
  const text = given.trim();
  if (POSITION.test(text)) return text;
  const ms = dateAndTime(text) ?? clockOfDay(text, now) ?? ago(text, now);
  if (ms !== null && !Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new ScoriaError(
    rejections.InvalidInput(`${JSON.stringify(given)} is neither a position nor a time`, `give ${WHEN_FORMS}`, {
      at: given,
    }),
  );
};

/** A day without a time is its midnight here. */
const dateAndTime = (text: string): number | null => {
  const { date, clock = '00:00', offset } = LOCAL.exec(text)?.groups ?? {};
  if (date === undefined || !isDate(date)) return null;
  const ms = offset === undefined ? instantOf(date, clock) : Date.parse(`${date}T${clock}${offset}`);
  return text.includes('T') ? ms : ms + restOfSecond(clock);
};

const isDate = (date: string): boolean => {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
};

/** What a table shows as 14:02:07 happened within that second, and shall be in what was there `--at` it. */
const restOfSecond = (clock: string): number => (/^\d\d:\d\d:\d\d$/.test(clock) ? 999 : 0);

const clockOfDay = (text: string, now: number): number | null => {
  const { day, clock } = DAY.exec(text)?.groups ?? {};
  if (day === undefined || clock === undefined) return null;
  const date = daysBefore(localDate(now), day.toLowerCase() === 'today' ? 0 : 1);
  return instantOf(date, clock) + restOfSecond(clock);
};

/** Days are the calendar's: a day ago is this time of yesterday, also where that is 23 or 25 hours. */
const ago = (text: string, now: number): number | null => {
  const { count, unit } = AGO.exec(text)?.groups ?? {};
  if (count === undefined || unit === undefined) return null;
  const letter = unit.charAt(0).toLowerCase();
  const elapsed = ELAPSED[letter];
  if (elapsed !== undefined) return now - Number(count) * elapsed;
  return instantOf(daysBefore(localDate(now), Number(count) * (DAYS[letter] ?? 1)), localClock(now));
};

const daysBefore = (date: string, days: number): string => {
  const before = new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS);
  return Number.isNaN(before.getTime()) || before.getTime() < 0 ? '1970-01-01' : before.toISOString().slice(0, 10);
};
