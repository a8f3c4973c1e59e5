import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { describe, expect } from 'vitest';
import { createMemoryLog } from '../src/eventlog/memory.ts';
import type { Command } from '../src/index.ts';
import { differences } from '../src/testing/lifecycle/differences.ts';
import { seenByEngine } from '../src/testing/lifecycle/likeness.ts';
import { give } from '../src/testing/lifecycle/rules.ts';
import {
  connectionCommand,
  contendedCommand,
  emptyStorage,
  FIRST_VOLUME,
  freezeCommand,
  keyValueCommand,
  volumeCommand,
} from './model/commands.ts';
import { foldsOf, volumesOf } from './model/folds.ts';
import { openEngine, openHouse, ticking } from './model/house.ts';
import { storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { gateOf, scheduleArray, scheduledLog } from './model/scheduled.ts';
import { isSomeSerialOrder } from './model/serial-order.ts';

const command = fc.oneof(
  { weight: 8, arbitrary: volumeCommand },
  { weight: 3, arbitrary: connectionCommand },
  { weight: 1, arbitrary: keyValueCommand },
);
const withFreeze = (others: fc.Arbitrary<Command>) =>
  fc.oneof({ weight: 6, arbitrary: others }, { weight: 1, arbitrary: freezeCommand });

const before = fc
  .array(command, { maxLength: 6, size: 'max' })
  .map((others): readonly Command[] => [FIRST_VOLUME, ...others]);

const atOnceOf = (commands: fc.Arbitrary<Command>) =>
  fc.array(fc.record({ command: withFreeze(commands), byOther: fc.boolean() }), {
    minLength: 2,
    maxLength: 4,
    size: 'max',
  });

const atOnce = fc.oneof(atOnceOf(command), atOnceOf(contendedCommand));

const like = (a: unknown) => {
  const text = JSON.stringify(a, sorted);
  return (b: unknown) => JSON.stringify(b, sorted) === text;
};
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const HOUR_MS = 3_600_000;

const concurrently = (engines: 'one engine' | 'two engines') =>
  fc.asyncProperty(fc.scheduler(), before, atOnce, async (scheduler, first, commands) => {
    const record = createMemoryLog();
    const gate = gateOf(scheduler);
    const log = scheduledLog(record, gate);
    const now = ticking();
    await using house = await openHouse(log, { now });
    // Clocks of two hosts: the order of what happened is the order of the log.
    await using other = await openEngine({ log, now: () => new Date(now().getTime() - HOUR_MS) });
    const violations = scheduleArray(house.array, gate);
    const model = emptyStorage();
    for (const given of first) {
      await house.engine.execute(given, { reason: 'a life' });
      give(model, given, 'done');
    }
    gate.isOpen = false;
    const answering = commands.map(async ({ command: given, byOther }) => {
      const engine = engines === 'two engines' && byOther ? other : house.engine;
      const outcome = await engine.execute(given, { reason: 'a life' });
      return { command: given, code: isLeft(outcome) ? outcome.left.code : null };
    });
    const answered = await scheduler.waitFor(Promise.all(answering));
    gate.isOpen = true;
    expect(violations).toEqual([]);
    const folds = foldsOf(await storedEvents(record));
    const volumes = volumesOf(folds);
    const seen = seenByEngine(volumes);
    const explained = isSomeSerialOrder(model, answered, like(seen));
    expect({ explained, answered, seen }).toEqual({ explained: true, answered, seen });
    for (const [id, state] of volumes) {
      expect(differences(house.array, id, state, folds.get(`volume-${id}`)?.events ?? [])).toEqual([]);
    }
  });

describe('commands at once', () => {
  law(
    'of one process end as in some serial order, one effect at a time on a volume',
    2_500,
    concurrently('one engine'),
  );
  law(
    'of two executors end as in some serial order, one effect at a time on a volume',
    1_800,
    concurrently('two engines'),
  );
});
