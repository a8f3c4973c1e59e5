import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScoriaError } from '../../src/index.ts';
import { arrayFaults, findDifferences, openTestEngine } from '../../src/testing.ts';
import { Desks } from './desks.ts';

const PEOPLE = ['ada', 'grace'] as const;

const step = fc.record({
  what: fc.constantFrom('open', 'close'),
  person: fc.constantFrom(...PEOPLE),
  size: fc.constantFrom(1, 2, 3),
  faults: arrayFaults({ calls: ['createVolume', 'deleteVolume', 'extendVolume', 'findVolume'] }),
});

/** Whatever the array does, our code answers or throws an error that Scoria foresaw. */
const unlessRefused = async <Answer>(answer: Promise<Answer>): Promise<Answer | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ScoriaError && ['failed', 'unknown'].includes(error.kind)) return null;
    throw error;
  }
};

test('everybody has one volume, and what is closed is gone, whatever the array does', async () => {
  const desks = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
    await using storage = await openTestEngine();
    const { engine, backend, array } = storage;
    const ours = new Desks(backend);
    for (const { what, person, size, faults } of steps) {
      for (const fault of faults) array.inject(fault);
      const opened = await unlessRefused(
        what === 'open' ? ours.open(person, size) : ours.close(person).then(() => null),
      );
      array.faults.clear();
      if (opened === null) continue;
      // Who was given a volume has this one and no other, and it is as large as was asked for.
      const volumes = await engine.volumes({ name: person });
      assert.deepEqual(
        volumes.map(({ id, status }) => ({ id, status })),
        [{ id: opened.id, status: 'available' }],
      );
      assert.ok(opened.size >= size);
    }
    // The array has calmed down: all that we ever made can be taken away.
    for (const person of PEOPLE) await ours.close(person);
    assert.deepEqual(await findDifferences(engine, array), []);
    assert.deepEqual([...array.volumes.keys()], []);
  });
  await fc.assert(desks, { numRuns: 200, seed: 20261120 });
});
