import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { Command, Engine } from '../../src/index.ts';
import { VOLUMES } from '../../src/testing/lifecycle/commands.ts';
import {
  compareBytes,
  giveBoth,
  type LifecycleStep,
  type Lived,
  takeStep,
} from '../../src/testing/lifecycle/compare.ts';
import { recordedVolume } from '../../src/testing/lifecycle/recorded.ts';
import type { Storage } from '../../src/testing/lifecycle/storage.ts';
import { stepInWords } from '../../src/testing/lifecycle/words.ts';
import { FIRST_VOLUME } from './commands.ts';
import { endingOf, type Fate, fate, inject, isPossible } from './fates.ts';
import type { House } from './house.ts';

/** A step, and what becomes of its one call. */
type Step = LifecycleStep & { readonly fate: Fate };

/** How the first bytes of volumes are read and written here. */
export interface Bytes {
  write(volume: string, byte: number): Promise<void>;
  read(volume: string): Promise<number>;
}

export const livedBy = (engine: Engine, { read, write }: Bytes): Lived => ({
  give: async (command) => {
    const outcome = await engine.execute(command, { reason: 'a life' });
    return isLeft(outcome) ? outcome.left : null;
  },
  states: async () => {
    const states = await Promise.all(VOLUMES.map(async (id) => [id, await recordedVolume(engine, id)] as const));
    return new Map(states.flatMap(([id, state]) => (state === null ? [] : [[id, state] as const])));
  },
  write: async (volume, byte) => {
    await write(volume, byte);
    return true;
  },
  read,
});

/** Takes the steps in the model and in the engine, from a first volume on, and compares all along. */
export const compare = async (steps: readonly Step[], model: Storage, lived: Lived, house?: House): Promise<void> => {
  await giveBoth(model, lived, FIRST_VOLUME, 'done');
  for (const step of steps) {
    if (!('command' in step) || house === undefined) {
      await takeStep(model, lived, step);
      continue;
    }
    inject(house, step.command, step.fate);
    await giveBoth(model, forgetting(lived, house), step.command, endingOf(model, step.command, step.fate));
  }
  await compareBytes(model, lived);
};

/** Faults that a command did not meet are not for the next one. */
const forgetting = (lived: Lived, { array }: House): Lived => ({
  ...lived,
  give: (command) => lived.give(command).finally(() => array.faults.clear()),
});

const shown = (step: LifecycleStep, what: Fate): Step => {
  const words = `${stepInWords(step)}${what === 'answered' ? '' : ` (${what})`}`;
  return Object.assign({ ...step, fate: what }, { [fc.toStringMethod]: () => words });
};

/** Four commands for every write. */
export const stepsWith = (
  commands: fc.Arbitrary<Command>,
  volumes: readonly string[],
  options: fc.ArrayConstraints,
): fc.Arbitrary<readonly Step[]> => {
  const given = fc
    .tuple(commands, fate)
    .map(([command, what]) => shown({ command }, isPossible(command, what) ? what : 'answered'));
  const written = fc
    .record({ volume: fc.constantFrom(...volumes), byte: fc.integer({ min: 1, max: 255 }) })
    .map((write) => shown({ write }, 'answered'));
  return fc.array(fc.oneof({ weight: 4, arbitrary: given }, { weight: 1, arbitrary: written }), options);
};
