import { rejections, ScoriaError } from '../domain/errors.ts';
import { printable } from './printable.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const two = (part: number): string => String(part).padStart(2, '0');

/** Of this host's zone at that instant, in minutes east of UTC. */
const offsetAt = (ms: number): number => -new Date(ms).getTimezoneOffset();

const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;

const textOf = (ms: number): string => {
  const offset = offsetAt(ms);
  const clock = new Date(ms + offset * MINUTE_MS).toISOString().slice(0, 19).replace('T', ' ');
  return `${clock}${offsetText(offset)}`;
};

/** `2026-11-20 14:02:07+01:00` by this host's clock, which `--at` takes too; JSON keeps the recorded ISO time. */
export const localTime = (value: unknown): string => {
  if (typeof value !== 'string') return '-';
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? printable(value) : textOf(ms);
};

/** `2026-11-20` of the day that it is here. */
export const localDate = (ms: number): string => textOf(ms).slice(0, 10);

/** `14:02:07` of the time that it is here. */
export const localClock = (ms: number): string => textOf(ms).slice(11, 19);

/** The instant at which this host's clocks showed a date and a time; they skip and repeat an hour a year. */
export const instantOf = (date: string, clock: string): number => {
  const asUtc = Date.parse(`${date}T${clock}Z`);
  const offsets = new Set([offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)]);
  const instants = [...offsets]
    .map((offset) => ({ offset, ms: asUtc - offset * MINUTE_MS }))
    .filter(({ offset, ms }) => offsetAt(ms) === offset);
  const [first, second] = instants;
  if (first === undefined) throw skipped(date, clock);
  if (second !== undefined) throw repeated(date, clock, instants);
  return first.ms;
};

const skipped = (date: string, clock: string): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(
      `the clocks here skipped ${date} ${clock}`,
      'give a time before or after, or one with its offset from UTC',
      { at: `${date} ${clock}` },
    ),
  );

const repeated = (date: string, clock: string, instants: readonly { readonly offset: number }[]): ScoriaError => {
  const both = instants.map(({ offset }) => `${date}T${clock}${offsetText(offset)}`);
  return new ScoriaError(
    rejections.InvalidInput(`the clocks here showed ${date} ${clock} twice`, `give ${both.join(' or ')}`, {
      at: `${date} ${clock}`,
    }),
  );
};
