import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { describe, expect } from 'vitest';
import { decode, eventDefinitions } from '../src/domain/streams.ts';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { EventLog } from '../src/eventlog/port.ts';
import { openSqliteLog } from '../src/eventlog/sqlite.ts';
import type { Command } from '../src/index.ts';
import { startGiver } from './model/child.ts';
import {
  anyCommand,
  BACKEND,
  connectionCommand,
  FIRST_VOLUME,
  keyValueCommand,
  volumeCommand,
} from './model/commands.ts';
import { asKept, foldsOf, volumesOf } from './model/folds.ts';
import { openEngine, openHouse, scratch } from './model/house.ts';
import { storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { commandId, type Step, stepsOf, take } from './model/steps.ts';

type Giving = Extract<Step, { readonly give: unknown }>;
type Taken = NonNullable<Awaited<ReturnType<typeof take>>>;

/** What the caller sees: a state, or which refusal in which words. */
const answerOf = (outcome: Taken['outcome']): unknown =>
  isLeft(outcome) ? [outcome.left.code, outcome.left.message] : asKept(outcome.right);

const isUnknown = ({ outcome }: Taken): boolean => isLeft(outcome) && outcome.left.code === 'OutcomeUnknown';

/** Asked of the array before a decision; nothing changes by it. */
const effectsOn = ({ calls }: { readonly calls: readonly { readonly call: string }[] }): number =>
  calls.filter(({ call }) => !['stats', 'findVolume'].includes(call)).length;

/** How often each command was accepted and came to an end. */
const expectOnce = async (log: EventLog): Promise<void> => {
  const count = new Map<string, number>();
  for (const event of (await storedEvents(log)).map(decode)) {
    const role = eventDefinitions.get(event.type)?.role;
    const key = `${role} of ${event.meta.command} ${event.meta.commandId}`;
    if (role === 'intent' || role === 'outcome') count.set(key, (count.get(key) ?? 0) + 1);
  }
  expect([...count].filter(([, times]) => times > 1)).toEqual([]);
};

/** The command without the id of what it makes, which then comes from the command's own id. */
const anonymous = (step: Giving): Giving => {
  const { id, ...give } = step.give as Command & { readonly id?: string };
  return { ...step, give: give as Command };
};

/** Every command once. Asking for stats is no effect: one that got no answer was never decided, and asks anew. */
const once = fc.tuple(stepsOf(anyCommand), fc.infiniteStream(fc.nat({ max: 4 }))).map(([steps, chances]) =>
  steps.flatMap((step): readonly Giving[] => {
    if ('again' in step) return [];
    if (step.give.type === 'RefreshBackendStats') return [{ ...step, faults: [] }];
    return [chances.next().value === 0 ? anonymous(step) : step];
  }),
);

describe('a repeated command', () => {
  law(
    'adds nothing, calls nothing and answers as it did, at once and when much has happened since',
    300,
    fc.asyncProperty(once, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      const recorded: Taken[] = [];
      for (const index of steps.keys()) {
        const taken = await take(house, steps, index);
        if (taken === null || isUnknown(taken)) continue;
        const before = { head: await log.head(), effects: effectsOn(house.array) };
        const again = () => house.engine.execute(taken.command, { commandId: taken.commandId, reason: 'a life' });
        for (const outcome of await Promise.all([again(), again()])) {
          expect(answerOf(outcome)).toStrictEqual(answerOf(taken.outcome));
        }
        expect({ head: await log.head(), effects: effectsOn(house.array) }).toEqual(before);
        if ((await commandIds(log)).has(taken.commandId)) recorded.push(taken);
      }
      const before = { head: await log.head(), effects: effectsOn(house.array) };
      for (const { command, commandId: id, outcome } of recorded) {
        expect(answerOf(await house.engine.execute(command, { commandId: id, reason: 'a life' }))).toStrictEqual(
          answerOf(outcome),
        );
      }
      expect({ head: await log.head(), effects: effectsOn(house.array) }).toEqual(before);
    }),
  );

  law(
    'happens once when it is given three times at once, and answers the same three times',
    200,
    fc.asyncProperty(once, async (steps) => {
      const log = createMemoryLog();
      await using house = await openHouse(log);
      await using other = await openEngine({ log });
      for (const [index, step] of steps.entries()) {
        for (const fault of step.faults) house.array.inject(fault);
        const engines = [house.engine, other, house.engine];
        const outcomes = await Promise.all(
          engines.map((engine) => engine.execute(step.give, { commandId: commandId(index), reason: 'a life' })),
        );
        house.array.faults.clear();
        // Who comes second to an open question asks it again, and may learn more than the first.
        if (outcomes.some((outcome) => isLeft(outcome) && outcome.left.code === 'OutcomeUnknown')) return;
        for (const outcome of outcomes) {
          expect(answerOf(outcome as Taken['outcome'])).toStrictEqual(answerOf(outcomes[0] as Taken['outcome']));
        }
      }
      await expectOnce(log);
    }),
  );

  law(
    'happens once when two processes give it at the same moment, on one file and one directory',
    3,
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: volumeCommand }, connectionCommand, keyValueCommand), {
        minLength: 8,
        maxLength: 14,
        size: 'max',
      }),
      async (others) => {
        await using place = await scratch();
        const { file } = place;
        const directory = join(place.directory, 'volumes');
        await using engine = await openEngine({ log: file });
        await engine.addBackend({ name: BACKEND, driver: 'file', options: { directory } });
        await using one = await startGiver(file);
        await using two = await startGiver(file);
        for (const [index, command] of [FIRST_VOLUME, ...others].entries()) {
          const id = commandId(index);
          const [a, b] = await Promise.all([one.give(command, id), two.give(command, id)]);
          expect(a).toStrictEqual(b);
          const c = await engine.execute(command, { commandId: id, reason: 'a life' });
          expect(isRight(c) ? { state: asKept(c.right.state) } : { code: c.left.code }).toStrictEqual(a);
        }
        const log = await openSqliteLog({ file, ifMissing: 'refuse' });
        await expectOnce(log);
        const volumes = [...volumesOf(foldsOf(await storedEvents(log)))].flatMap(([id, { volume, snapshots }]) => [
          ...(['available', 'in-use'].includes(volume?.status ?? '') ? [`volume-${id}`] : []),
          ...Object.values(snapshots).flatMap(({ id: snapshot, status }) =>
            status === 'available' ? [`snapshot-${snapshot}`] : [],
          ),
        ]);
        expect((await readdir(directory)).sort()).toEqual(volumes.sort());
        await log.close();
      },
    ),
  );
});

const commandIds = async (log: EventLog): Promise<ReadonlySet<string>> =>
  new Set((await storedEvents(log)).map((event) => decode(event).meta.commandId));
