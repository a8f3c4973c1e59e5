import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { openSqliteLog } from '../src/eventlog/sqlite.ts';
import { openStorage } from '../src/library/storage.ts';
import { inventory } from '../src/projections/inventory.ts';
import { BACKEND } from './model/commands.ts';
import { foldsOf } from './model/folds.ts';
import { type House, openEngine, openHouse, scratch } from './model/house.ts';
import { expectKept, storedEvents } from './model/record.ts';
import { law } from './model/runs.ts';
import { anySteps, take } from './model/steps.ts';

/** Every row of the inventory, in order. */
const rowsOf = (file: string): readonly (readonly unknown[])[] => {
  using db = new DatabaseSync(file, { readOnly: true });
  return inventory.tables.map((table) =>
    db.prepare(`SELECT * FROM p_${inventory.name}_v${inventory.version}_${table} ORDER BY 1`).all(),
  );
};

const openReader = (file: string) =>
  openStorage({ log: file, ifMissing: 'refuse', lockTimeoutMs: 10_000, projections: [inventory] });

/** What another process would find in the file. */
const expectKeptIn = async (file: string): Promise<void> => {
  const { log, projector, close } = await openReader(file);
  const folds = foldsOf(await storedEvents(log));
  expectKept(await projector.read(inventory), folds);
  await close();
};

const rebuild = async (file: string): Promise<void> => {
  const { projector, close } = await openReader(file);
  await projector.rebuild(inventory.name);
  await close();
};

describe('the kept state of a stream, in a SQLite file', () => {
  law(
    'is its fold, and a rebuild (also under a living engine) gives the same rows',
    25,
    fc.asyncProperty(anySteps, fc.nat({ max: 30 }), async (steps, rebuiltAt) => {
      await using place = await scratch();
      const { file } = place;
      await using house = await openHouse(file);
      for (const index of steps.keys()) {
        await take(house, steps, index);
        if (index !== Math.min(rebuiltAt, steps.length - 1)) continue;
        await expectKeptIn(file);
        const moved = rowsOf(file);
        await rebuild(file);
        expect(rowsOf(file)).toStrictEqual(moved);
      }
      await expectKeptIn(file);
    }),
  );

  law(
    'is its fold when processes that know the projection and processes that do not take turns',
    25,
    fc.asyncProperty(anySteps, fc.infiniteStream(fc.boolean()), async (steps, turns) => {
      await using place = await scratch();
      const { file } = place;
      await using house = await openHouse(file);
      // To this engine the file is a log of the caller's own: it appends and moves no rows in the file.
      const foreign = await openEngine({ log: await openSqliteLog({ file, ifMissing: 'refuse' }) });
      const other: House = { ...house, engine: foreign };
      for (const index of steps.keys()) await take(turns.next().value ? house : other, steps, index);
      await expectKeptIn(file);
      const moved = rowsOf(file);
      await rebuild(file);
      expect(rowsOf(file)).toStrictEqual(moved);
      expect((await house.engine.backend(BACKEND)).record).toStrictEqual((await foreign.backend(BACKEND)).record);
      await foreign.close();
    }),
  );
});
