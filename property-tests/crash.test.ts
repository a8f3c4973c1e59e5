import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { decode } from '../src/domain/streams.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import { findDifferences } from '../src/testing/lifecycle/find-differences.ts';
import { dieOf, mortalSteps, mortals } from './model/deaths.ts';
import { illEnded } from './model/folds.ts';
import { openHouse } from './model/house.ts';
import { expectSoundRecord, storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';

describe('an executor that dies', () => {
  law(
    'at any call and any append leaves nothing open, nothing twice and nothing on the array that the record does not know',
    400,
    fc.asyncProperty(mortalSteps, async (steps) => {
      const log = createMemoryLog();
      const graveyard = mortals();
      await using house = await openHouse(log, { executors: graveyard.next() });
      for (const { give, death } of steps) {
        if (death === null) await house.engine.execute(give, { reason: 'a life' });
        else await dieOf(house, log, graveyard, { give, death });
        await house.engine.recover();
        expect(await house.engine.openOperations()).toEqual([]);
        expect(await findDifferences(house.engine, house.array)).toEqual([]);
      }
      const events = await storedEvents(log);
      expectSoundRecord(events);
      expect(illEnded(events.map(decode))).toEqual([]);
    }),
  );
});
