import { describe, expect, test } from 'vitest';
import { copyLog } from '../../src/commands/copy-log.ts';
import { compareLogs } from '../../src/eventlog/compare-logs.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { scratch } from '../eventlog/scratch.ts';
import { engineOnArray, openEngine } from '../support/engine.ts';

const files = scratch();

/** A log with volumes whose streams are interleaved. */
const lived = async (): Promise<EventLog> => {
  const log = createMemoryLog();
  const { backend } = await engineOnArray({ log: { ...log, close: async () => {} } });
  const volumes = await Promise.all(Array.from({ length: 20 }, () => backend.createVolume({ size: 1 })));
  await Promise.all(volumes.map((volume) => volume.createSnapshot()));
  return log;
};

const fresh = (): Promise<EventLog> => files.open(files.file());

/** A log that cannot store in one transaction. */
const withoutTransactions = ({ appendAll: _, ...log }: EventLog): EventLog => log;

/** Ends after so many appends, as a process does that is killed. */
const endingAfter = (log: EventLog, appends: number): EventLog => {
  let left = appends;
  return {
    ...withoutTransactions(log),
    async append(append) {
      if (left === 0) throw new Error('killed');
      left -= 1;
      return log.append(append);
    },
  };
};

const bodiesOf = async (log: EventLog) => (await Array.fromAsync(log.readAll())).map(({ body, hash }) => [body, hash]);

describe('a copy of a log', () => {
  test.each([
    ['with transactions', (log: EventLog) => log],
    ['without', withoutTransactions],
  ])('into one %s has every event in the same order, byte for byte', async (_name, as) => {
    const [from, to] = [await lived(), as(await fresh())];
    const reached: number[] = [];
    const { found, copied } = await copyLog(from, to, (events) => reached.push(events));
    expect(found).toBe(0);
    expect(await bodiesOf(to)).toEqual(await bodiesOf(from));
    expect(copied).toBe((await bodiesOf(from)).length);
    expect(reached.at(-1)).toBe(copied);
    expect((await compareLogs(from, to)).parting).toBeNull();
    const engine = await openEngine({ log: to });
    expect(await (await engine.view()).dump()).toBe(await (await (await openEngine({ log: from })).view()).dump());
  });

  test('that was interrupted anywhere goes on from where it stood', async () => {
    const from = await lived();
    const all = await bodiesOf(from);
    for (const appends of [0, 1, 17, 40]) {
      const to = await fresh();
      await expect(copyLog(from, endingAfter(to, appends))).rejects.toThrow('killed');
      const { found, copied } = await copyLog(from, to);
      expect(found + copied).toBe(all.length);
      expect(await bodiesOf(to)).toEqual(all);
      expect(await copyLog(from, to)).toEqual({ found: all.length, copied: 0 });
    }
  });

  test('is refused where anything else is, and changes nothing there', async () => {
    const [from, to] = [await lived(), await fresh()];
    const other = await openEngine({ log: { ...to, close: async () => {} } });
    await other.keyValues.set('a', '1');
    const before = await bodiesOf(to);
    await expect(copyLog(from, to)).rejects.toMatchObject({ code: 'LogNotEmpty' });
    expect(await bodiesOf(to)).toEqual(before);
  });

  test('is not made of an event that was changed', async () => {
    const from = await lived();
    const altered: EventLog = {
      ...from,
      async *readPages(bounds) {
        for await (const page of from.readPages(bounds))
          yield page.map((event) => (event.position === 9n ? { ...event, body: event.body.replace('1', '2') } : event));
      },
    };
    await expect(copyLog(altered, await fresh())).rejects.toMatchObject({ code: 'LogInvalid' });
  });
});

test('two logs part where one has more, or another event', async () => {
  const [one, other] = [await lived(), await fresh()];
  await copyLog(one, other);
  const engine = await openEngine({ log: { ...other, close: async () => {} } });
  const { same } = await compareLogs(one, other);
  await engine.keyValues.set('a', '1');
  const { parting } = await compareLogs(one, other);
  expect(parting).toMatchObject({ same, one: null, other: { stream: 'kv-a' } });
});
