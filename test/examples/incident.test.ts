import { describe, expect, test } from 'vitest';
import { differences } from '../../examples/incident/differences.ts';
import { Installed } from './installed.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

describe('the incident', () => {
  const example = new Installed('incident');

  test('is found step by step, and the record is there to look at with the command line', async () => {
    const { code, stdout, stderr } = await example.run('incident.ts', 'scoria.db');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll(UUID, 'ID')).toMatchInlineSnapshot(`
      "1. What happened to it since noon?
        19  2026-11-20T13:30:00.000Z  ada: volume held as the source of volume ID (figures of the quarter)
        23  2026-11-20T13:30:00.000Z  ada: source released (figures of the quarter)
        25  2026-11-20T14:02:11.000Z  grace: volume revert requested: to snapshot ID (reset after the test run)
        26  2026-11-20T14:02:11.000Z  grace: volume reverted to snapshot ID (reset after the test run)
        29  2026-11-20T14:20:00.000Z  ada: volume extension requested: from 20 to 30 GiB (ticket 4711)
        30  2026-11-20T14:20:00.000Z  ada: volume extended from 20 to 30 GiB (ticket 4711)

      2. It was reverted. To what, by whom and under which command?
        to "nightly" of 2026-11-20T09:00:00.000Z
        by grace, RevertToSnapshot ID

      3. What else was different afterwards? The inventory of 14:02 and that of 14:03:
        orders-2025: gone
        (A revert changes bytes, which no inventory holds: it is in the history alone.)

      4. What did grace do from 14:00 on?
        25  2026-11-20T14:02:11.000Z  grace: volume revert requested: to snapshot ID (reset after the test run)
        26  2026-11-20T14:02:11.000Z  grace: volume reverted to snapshot ID (reset after the test run)
        27  2026-11-20T14:02:40.000Z  grace: volume deletion requested (left over from the test run)
        28  2026-11-20T14:02:40.000Z  grace: volume deleted (left over from the test run)

      5. What is there still that has the bytes of before?
        "orders-report", a copy of 2026-11-20T13:30:00.000Z

      The record is in scoria.db: look at it with \`scoria --log\`.
      "
    `);
    expect(await example.run('incident.ts', 'scoria.db')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('scoria.db is there already'),
    });
  });
});

describe('the differences of two dumps', () => {
  const dump = (...volumes: readonly object[]): string => JSON.stringify({ volumes });
  const data = { id: '1', name: 'data', size: 1, snapshots: [] };

  test.each([
    ['nothing', dump(data), dump(data), []],
    ['a volume that came', dump(), dump(data), ['data: new']],
    ['one that went, without a name', dump({ ...data, name: null }), dump(), ['1: gone']],
    ['a size', dump(data), dump({ ...data, size: 2 }), ['data: size was 1, is 2']],
    [
      'a snapshot',
      dump(data),
      dump({ ...data, snapshots: [{ id: 's' }] }),
      ['data: snapshots was [], is [{"id":"s"}]'],
    ],
  ])('%s', (_, before, after, lines) => {
    expect([...differences(before, after)]).toEqual(lines);
  });
});
