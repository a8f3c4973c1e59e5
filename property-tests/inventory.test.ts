import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { VolumeState } from '../src/domain/volume/volume.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import { differences } from '../src/testing/lifecycle/differences.ts';
import { foldsOf, volumesOf } from './model/folds.ts';
import { openHouse } from './model/house.ts';
import { storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { anySteps, take } from './model/steps.ts';

const copiesIn = (pins: VolumeState['pins']) => Object.values(pins).map(({ volume_id }) => ({ copy: volume_id }));

describe("the array's inventory", () => {
  law(
    'is what the record says, or an open question says that it may not be',
    1200,
    fc.asyncProperty(anySteps, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      for (const index of steps.keys()) {
        await take(house, steps, index);
        const folds = foldsOf(await storedEvents(log));
        const volumes = volumesOf(folds);
        for (const [id, state] of volumes) {
          expect(differences(house.array, id, state, folds.get(`volume-${id}`)?.events ?? [])).toEqual([]);
        }
        // A pin stands for a copy that is not known to have ended; nothing else keeps a source from being deleted.
        for (const { copy } of [...volumes.values()].flatMap(({ pins }) => copiesIn(pins))) {
          expect(volumes.get(copy)?.questions).not.toEqual([]);
        }
        const unknown = [...house.array.volumes.keys()].filter((id) => !volumes.has(id));
        expect(unknown).toEqual([]);
      }
    }),
  );
});
