import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { resolveWhen } from '../../src/projections/when.ts';
import { Recording } from './recording.ts';

let log: EventLog;
let recording: Recording;

/** Positions 1 and 2 at 14:00:00, 3 and 4 at 14:00:01, 5 and 6 at 13:59:50 by a clock that went back, 7 and 8 at 14:00:10. */
beforeEach(async () => {
  log = createMemoryLog();
  recording = new Recording(log);
  await recording.volume('a');
  await recording.volume('b');
  recording.setClock('2026-11-20T13:59:50.000Z');
  await recording.volume('c');
  recording.setClock('2026-11-20T14:00:10.000Z');
  await recording.volume('d');
});

describe('a time', () => {
  test.each([
    ['before the first event', '2026-11-20T13:59:59.999Z', 0n],
    ['of an event: the event is in', '2026-11-20T14:00:00.000Z', 2n],
    ['between events', '2026-11-20T14:00:00.500Z', 2n],
    ['when a clock went back: what followed counts as known by then', '2026-11-20T14:00:01Z', 6n],
    ['with an offset', '2026-11-20T15:00:01+01:00', 6n],
    ['without seconds', '2026-11-20T14:01Z', 8n],
    ['that is a date: its midnight in UTC', '2026-11-20', 0n],
    ['that is the next date', '2026-11-21', 8n],
  ])('%s', async (_, when, position) => {
    expect(await resolveWhen(log, when)).toBe(position);
  });

  test('as a Date', async () => {
    expect(await resolveWhen(log, new Date('2026-11-20T14:00:09.999Z'))).toBe(6n);
  });

  test('means the same after more was recorded', async () => {
    const before = await resolveWhen(log, '2026-11-20T14:00:01Z');
    recording.setClock('2026-11-20T14:00:00.000Z');
    await recording.volume('e');
    expect(await resolveWhen(log, '2026-11-20T14:00:01Z')).toBe(before);
  });
});

describe('a position', () => {
  test.each([
    [3n, 3n],
    ['3', 3n],
    ['0', 0n],
    [8n, 8n],
  ])('%s', async (when, position) => {
    expect(await resolveWhen(log, when)).toBe(position);
  });

  test('beyond the head is not found, and the head is told', async () => {
    await expect(resolveWhen(log, 9n)).rejects.toMatchObject({
      code: 'PositionNotFound',
      message: expect.stringContaining('last position is 8'),
      details: { position: '9', head: '8' },
    });
  });
});

test.each([
  'yesterday',
  '',
  '-1',
  -1n,
  '1.5',
  '2026-02-30',
  '2026-11-20T25:00:00Z',
  '2026-11-20T14:02:00',
  '2026-11-20 14:02:00Z',
  '20.11.2026',
  new Date(Number.NaN),
])('%s is refused, with the forms that are right', async (when) => {
  await expect(resolveWhen(log, when)).rejects.toMatchObject({
    code: 'InvalidInput',
    remedy: expect.stringContaining('2026-11-20T14:02:00Z'),
  });
});
