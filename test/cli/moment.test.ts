import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localTime } from '../../src/cli/local-time.ts';
import { whenOf } from '../../src/cli/moment.ts';
import { ScoriaError } from '../../src/domain/errors.ts';

const zone = process.env.TZ;
const inZone = (name: string): void => {
  beforeEach(() => {
    process.env.TZ = name;
  });
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
};

const at = (given: string, now: string): string => whenOf(given, Date.parse(now));
const refusal = (given: string) => {
  try {
    whenOf(given);
  } catch (error) {
    if (error instanceof ScoriaError) return error.rejection;
    throw error;
  }
  throw new Error(`${given} was taken`);
};

describe('--at in Berlin', () => {
  inZone('Europe/Berlin');
  const NOW = '2026-11-20T15:30:20.500Z';

  test.each([
    ['42', '42'],
    ['2026-11-20T14:02:00Z', '2026-11-20T14:02:00.000Z'],
    ['2026-11-20T14:02:00.250+01:00', '2026-11-20T13:02:00.250Z'],
    ['2026-11-20 14:02', '2026-11-20T13:02:00.000Z'],
    ['2026-11-20T14:02', '2026-11-20T13:02:00.000Z'],
    ['2026-07-20 14:02', '2026-07-20T12:02:00.000Z'],
    ['2026-11-20', '2026-11-19T23:00:00.000Z'],
    ['yesterday 14:02', '2026-11-19T13:02:00.000Z'],
    ['today 08:00', '2026-11-20T07:00:00.000Z'],
    ['2 hours ago', '2026-11-20T13:30:20.500Z'],
    ['2h ago', '2026-11-20T13:30:20.500Z'],
    ['90 s ago', '2026-11-20T15:28:50.500Z'],
    ['5 minutes ago', '2026-11-20T15:25:20.500Z'],
    ['1 day ago', '2026-11-19T15:30:20.000Z'],
    ['2 weeks ago', '2026-11-06T15:30:20.000Z'],
    // In summer the same time of day is another time in UTC.
    ['30 days ago', '2026-10-21T14:30:20.000Z'],
  ])('%s is %s', (given, iso) => {
    expect(at(given, NOW)).toBe(iso);
  });

  test('what was recorded within a second is there at that second, as tables show it', () => {
    const recorded = '2026-11-20T13:02:07.912Z';
    expect(localTime(recorded)).toBe('2026-11-20 14:02:07+01:00');
    expect(at(localTime(recorded), NOW) >= recorded).toBe(true);
    expect(at('2026-11-20 14:02:07', NOW) >= recorded).toBe(true);
    expect(at('2026-11-20T13:02:07Z', NOW)).toBe('2026-11-20T13:02:07.000Z');
  });

  test('yesterday is the calendar’s, also across midnight in UTC', () => {
    expect(at('yesterday 00:30', '2026-11-19T23:30:00Z')).toBe('2026-11-18T23:30:00.000Z');
    expect(at('yesterday 12:00', '2026-03-29T12:00:00Z')).toBe('2026-03-28T11:00:00.000Z');
  });

  test('a time that the clocks skipped or showed twice is refused, with what would be right', () => {
    expect(refusal('2026-03-29 02:30')).toMatchObject({
      code: 'InvalidInput',
      message: 'the clocks here skipped 2026-03-29 02:30',
    });
    expect(refusal('2026-10-25 02:30')).toMatchObject({
      code: 'InvalidInput',
      remedy: 'give 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00',
    });
    expect(whenOf('2026-10-25T02:30+02:00')).toBe('2026-10-25T00:30:00.000Z');
    expect(whenOf('2026-10-25 02:30+01:00')).toBe('2026-10-25T01:30:00.000Z');
    expect(whenOf('2026-03-29 01:59')).toBe('2026-03-29T00:59:00.000Z');
    expect(whenOf('2026-03-29 03:00')).toBe('2026-03-29T01:00:00.000Z');
    expect(whenOf('2026-10-25 01:59')).toBe('2026-10-24T23:59:00.000Z');
    expect(whenOf('2026-10-25 03:00')).toBe('2026-10-25T02:00:00.000Z');
  });

  test.each([
    'noon',
    '',
    '2026-02-30',
    '2026-13-01',
    '2026-11-20 25:00',
    '14:02',
    'yesterday',
    '-5',
    '1 fortnight ago',
    '5m',
    '2026-11-20Z',
  ])('%j is neither', (given) => {
    expect(refusal(given)).toMatchObject({
      code: 'InvalidInput',
      remedy: expect.stringContaining('"yesterday 14:02"'),
    });
  });
});

describe('far from Greenwich', () => {
  inZone('America/St_Johns');

  test('times have the offset of their day', () => {
    expect(localTime('2026-11-20T13:02:07.000Z')).toBe('2026-11-20 09:32:07-03:30');
    expect(localTime('2026-07-20T13:02:07.000Z')).toBe('2026-07-20 10:32:07-02:30');
    expect(whenOf('2026-07-20 10:32')).toBe('2026-07-20T13:02:00.000Z');
  });
});

describe('where a day was left out', () => {
  inZone('Pacific/Apia');

  test('it is refused, and those around it are not', () => {
    expect(refusal('2011-12-30 12:00').message).toContain('skipped');
    expect(whenOf('2011-12-29 12:00')).toBe('2011-12-29T22:00:00.000Z');
    expect(whenOf('2011-12-31 12:00')).toBe('2011-12-30T22:00:00.000Z');
  });
});
