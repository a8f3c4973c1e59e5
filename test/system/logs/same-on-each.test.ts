import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { anyCommand, BACKEND } from '../../../property-tests/model/commands.ts';
import { stepsOf, take } from '../../../property-tests/model/steps.ts';
import { createKeyFile } from '../../../src/library/audit/key-file.ts';
import { createMemoryKeyStore } from '../../../src/secrets/memory-key-store.ts';
import { openTestEngine } from '../../../src/testing/test-engine.ts';
import { oneSeed } from '../../support/one-seed.ts';
import { directory, type Kind, startFiveLogs } from './five-logs.ts';

const five = await startFiveLogs();
const keyFile = `${directory}/audit.key`;
await createKeyFile(keyFile);

/** Each has an array, an executor and ids of events of its own. */
const withoutOwn = (key: string, value: unknown) => (key === 'executor' || key === 'event_id' ? key : value);

const NOON = new Date('2026-11-21T12:00:00Z');

/** What a caller is answered, sees and can prove, after these steps on a log that held nothing. */
const lifeOn = async ({ empty, kind }: Kind, steps: Parameters<typeof take>[1]) => {
  await using house = await openTestEngine({
    log: await empty(),
    keyStore: createMemoryKeyStore(),
    projectionDirectory: `${directory}/${kind}-projections`,
    backendName: BACKEND,
    audit: { keyFile },
    now: () => NOON,
  });
  const { engine } = house;
  const answers: unknown[] = [];
  for (const index of steps.keys()) {
    const taken = await take(house, steps, index);
    const outcome = taken?.outcome;
    answers.push(outcome === undefined ? null : isLeft(outcome) ? outcome.left.code : outcome.right.id);
  }
  await engine.audit.seal();
  const view = await engine.view();
  const types: string[] = [];
  for await (const { type, stream } of view.events()) types.push(`${stream} ${type}`);
  // Keys and positions are a log's own.
  const { keys: _keys, position: _head, sealed_position: _sealed, ...verified } = await engine.audit.verify();
  const seen = {
    answers,
    types,
    inventory: [view.volumes(), view.snapshots(), view.connections(), view.keyValues()],
    dump: JSON.parse(await view.dump()),
    verified,
  };
  return JSON.parse(JSON.stringify(seen).replaceAll(house.array.name, 'ARRAY'), withoutOwn);
};

test('the same commands give the same answers, events, inventory, dump and verification on each of the five logs', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(anyCommand, 20), async (steps) => {
      const [first, ...others] = await Promise.all(five.map((kind) => lifeOn(kind, steps)));
      for (const [index, other] of others.entries()) expect(other, five[index + 1]?.kind).toEqual(first);
    }),
    { numRuns: 8, endOnFailure: true, ...oneSeed },
  );
});
