import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { EventLog } from '../../src/eventlog/port.ts';
import type { Command, Engine } from '../../src/index.ts';
import { FIRST_VOLUME } from './commands.ts';
import { endingOf, type Fate, fate, inject, isPossible } from './fates.ts';
import type { House } from './house.ts';
import { seenByEngine, seenByModel } from './likeness.ts';
import { foldsOf, storedEvents, volumesOf } from './record.ts';
import { give } from './rules.ts';
import { live, type Storage } from './storage.ts';

/** What the model is compared with: an engine, its log, and the first bytes of what it made. */
export interface Real {
  readonly engine: Engine;
  readonly log: EventLog;
  readonly faults?: House;
  write(volume: string, bytes: number): Promise<void>;
  read(volume: string): Promise<number>;
}

type Step = fc.AsyncCommand<Storage, Real>;

const expectLike = async (storage: Storage, real: Real): Promise<void> => {
  const volumes = volumesOf(foldsOf(await storedEvents(real.log)));
  expect(seenByEngine(volumes)).toStrictEqual(seenByModel(storage));
};

const giving = (command: Command, what: Fate): Step => ({
  check: () => true,
  run: async (storage, real) => {
    if (real.faults !== undefined) inject(real.faults, command, what);
    const outcome = await real.engine.execute(command);
    real.faults?.array.faults.clear();
    const answers = give(storage, command, endingOf(storage, command, real.faults === undefined ? 'answered' : what));
    if (isLeft(outcome)) expect(answers.length === 0 ? ['done'] : answers).toContain(outcome.left.code);
    else expect(answers).toEqual([]);
    await expectLike(storage, real);
  },
  toString: () => `${JSON.stringify(command)}${what === 'answered' ? '' : ` (${what})`}`,
});

/** A host writes to a volume, and everything that was made reads as it should. */
const writing = (id: string, bytes: number): Step => ({
  check: (storage) => live(storage, id)?.status === 'available' || live(storage, id)?.status === 'in-use',
  run: async (storage, real) => {
    await real.write(id, bytes);
    const written = live(storage, id);
    if (written !== null) written.bytes = bytes;
    await expectBytes(storage, real);
  },
  toString: () => `write ${bytes} to ${id}`,
});

/** The bytes of every volume are those of its lineage. */
const expectBytes = async (storage: Storage, real: Real): Promise<void> => {
  for (const [id, { status, bytes }] of Object.entries(storage.volumes)) {
    if (status !== 'available' && status !== 'in-use') continue;
    expect(`${id} reads ${await real.read(id)}`).toBe(`${id} reads ${bytes}`);
  }
};

/** Runs the steps on the model and the engine, from a first volume on, and compares all along. */
export const compare = async (steps: Iterable<Step>, model: Storage, real: Real): Promise<void> => {
  await real.engine.execute(FIRST_VOLUME);
  give(model, FIRST_VOLUME, 'done');
  await fc.asyncModelRun(() => ({ model, real }), steps);
  await expectBytes(model, real);
};

/** Four commands for every write. */
export const stepsWith = (
  commands: fc.Arbitrary<Command>,
  volumes: readonly string[],
  options: fc.CommandsContraints,
): fc.Arbitrary<Iterable<Step>> => {
  const given = fc
    .tuple(commands, fate)
    .map(([command, what]) => giving(command, isPossible(command, what) ? what : 'answered'));
  const written = fc
    .tuple(fc.constantFrom(...volumes), fc.integer({ min: 1, max: 255 }))
    .map(([id, bytes]) => writing(id, bytes));
  return fc.commands([given, given, given, given, written], options);
};
