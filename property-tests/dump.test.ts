import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { exportEvents } from '../src/commands/export.ts';
import { load } from '../src/commands/load.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { EventLog } from '../src/eventlog/port.ts';
import { dumpOfEvents, dumpOfInventory, dumpText } from '../src/projections/dump.ts';
import { openHouse } from './model/house.ts';
import { foldsOf, readerOf, storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { anySteps, takeAll } from './model/steps.ts';

/** Any sequence, and how far into its log to look. */
const logAndPosition = fc.tuple(anySteps, fc.double({ min: 0, max: 1, noNaN: true }));

const withLog = async (
  [steps, part]: readonly [Parameters<typeof takeAll>[1], number],
  look: (log: EventLog, position: bigint) => Promise<void>,
): Promise<void> => {
  const log = createMemoryLog();
  await using house = await openHouse(log);
  await takeAll(house, steps);
  await look(log, BigInt(Math.ceil(Number(await log.head()) * part)));
};

const context = {
  author: { executor: 'host/1/loader', now: () => new Date(0) },
  actor: { user: 'ada', project: 'compute' },
};

const loaded = async (text: string): Promise<EventLog> => {
  const log = createMemoryLog();
  await load(log, text, context);
  return log;
};

const dumped = async (log: EventLog, upTo: bigint, withConfiguration: boolean): Promise<string> =>
  [...dumpText(await dumpOfEvents(log.readAll({ upTo }), { withConfiguration }))].join('');

const exported = async (log: EventLog, upTo: bigint): Promise<string> =>
  (await Array.fromAsync(exportEvents(log, { upTo }))).join('');

describe('a dump', () => {
  law(
    'taken at any position, loaded and taken again, is the same byte for byte',
    250,
    fc.asyncProperty(logAndPosition, fc.boolean(), (given, withConfiguration) =>
      withLog(given, async (log, position) => {
        const text = await dumped(log, position, withConfiguration);
        const other = await loaded(text);
        expect(await dumped(other, await other.head(), withConfiguration)).toBe(text);
      }),
    ),
  );

  law(
    'of the inventory equals the replay of the streams',
    120,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      const read = await readerOf(log);
      await takeAll(house, steps);
      const ofInventory = dumpOfInventory(await read(), { withConfiguration: true });
      expect([...dumpText(ofInventory)].join('')).toBe(await dumped(log, await log.head(), true));
    }),
  );
});

describe('an export of events', () => {
  law(
    'up to any position, loaded and made again, is the same byte for byte, and so is all that is folded from it',
    250,
    fc.asyncProperty(logAndPosition, (given) =>
      withLog(given, async (log, position) => {
        if (position === 0n) return;
        const text = await exported(log, position);
        const other = await loaded(text);
        expect(await exported(other, await other.head())).toBe(text);
        const events = (await storedEvents(log)).filter((event) => event.position <= position);
        expect(foldsOf(await storedEvents(other))).toStrictEqual(foldsOf(events));
      }),
    ),
  );
});
