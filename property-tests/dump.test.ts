import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { exportEvents } from '../src/commands/export.ts';
import { load } from '../src/commands/load.ts';
import type { StreamState } from '../src/domain/streams.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { EventLog } from '../src/eventlog/port.ts';
import { dumpOfInventory, dumpOfStreams } from '../src/projections/dump.ts';
import { foldStreams } from '../src/projections/fold-streams.ts';
import { asKept, foldsOf } from './model/folds.ts';
import { openHouse } from './model/house.ts';
import { readerOf, storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { anySteps, takeAll } from './model/steps.ts';

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
  [...dumpOfStreams(await foldStreams(log, upTo), { withConfiguration })].join('');

const exported = async (log: EventLog, upTo: bigint): Promise<string> =>
  (await Array.fromAsync(exportEvents(log, { upTo }))).join('');

/** The state of every stream whose resource is there. */
const statesOf = (folds: ReturnType<typeof foldsOf>): ReadonlyMap<string, unknown> =>
  new Map([...folds].flatMap(([stream, { state }]) => (isThere(state) ? [[stream, asKept(state)]] : [])));

const isThere = (state: StreamState): boolean => {
  if ('volume' in state) return state.volume !== null && state.volume.status !== 'deleted';
  if ('backend' in state) return state.backend !== null;
  // A dump leaves the audit out.
  return 'pair' in state && state.pair !== null;
};

describe('a dump', () => {
  law(
    'taken at any position, loaded and taken again, is the same byte for byte, and brings back every state',
    50,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      await takeAll(house, steps);
      const events = await storedEvents(log);
      for (let position = 0; position <= events.length; position += 1) {
        const text = await dumped(log, BigInt(position), true);
        const other = await loaded(text);
        expect(await dumped(other, await other.head(), true)).toBe(text);
        expect(statesOf(foldsOf(await storedEvents(other)))).toEqual(statesOf(foldsOf(events.slice(0, position))));
      }
      const bare = await dumped(log, await log.head(), false);
      const other = await loaded(bare);
      expect(await dumped(other, await other.head(), false)).toBe(bare);
    }),
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
      expect([...ofInventory].join('')).toBe(await dumped(log, await log.head(), true));
    }),
  );
});

describe('an export of events', () => {
  law(
    'up to any position, loaded and made again, is the same byte for byte, and so is all that is folded from it',
    120,
    fc.asyncProperty(anySteps, fc.nat(), async (steps, some) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      await takeAll(house, steps);
      const events = await storedEvents(log);
      const position = 1 + (some % events.length);
      const text = await exported(log, BigInt(position));
      const other = await loaded(text);
      expect(await exported(other, await other.head())).toBe(text);
      expect(foldsOf(await storedEvents(other))).toStrictEqual(foldsOf(events.slice(0, position)));
    }),
  );
});
