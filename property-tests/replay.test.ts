import fc from 'fast-check';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect } from 'vitest';
import { aggregateOf, evolveStream, kindOf, type StreamState } from '../src/domain/streams.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import { volumeOf } from '../src/testing/lifecycle/about.ts';
import { asKept, foldsOf } from './model/folds.ts';
import { openHouse } from './model/house.ts';
import { expectKept, expectSoundRecord, readerOf, storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { anySteps, take, takeAll } from './model/steps.ts';

describe('replay', () => {
  law(
    'of every stream gives the state that commands were answered with and that is kept',
    300,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      const read = await readerOf(log);
      for (const index of steps.keys()) {
        const taken = await take(house, steps, index);
        const folds = foldsOf(await storedEvents(log));
        expectKept(await read(), folds);
        const isFirst = 'give' in (steps[index] as object);
        if (taken === null || !isFirst || !isRight(taken.outcome)) continue;
        const volume = volumeOf(taken.command);
        if (volume === null) continue;
        expect(asKept(taken.outcome.right.state)).toStrictEqual(asKept(folds.get(`volume-${volume}`)?.state));
      }
      expectSoundRecord(await storedEvents(log));
    }),
  );

  law(
    'of every prefix of every stream gives a state that its schema accepts',
    200,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      await takeAll(house, steps);
      for (const [stream, { events }] of foldsOf(await storedEvents(log))) {
        const kind = kindOf(stream);
        if (kind === null) throw new Error(`${stream} is of no kind`);
        let state: StreamState | null = null;
        for (const event of events) {
          state = evolveStream(kind, state as never, event);
          expect(aggregateOf(kind).state.safeParse(state).error).toBeUndefined();
        }
      }
    }),
  );
});
