import { DatabaseSync } from 'node:sqlite';
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js';
import { describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { resourceIdOf } from '../../src/index.ts';
import { openStorage, type Storage } from '../../src/library/storage.ts';
import { builtInProjections } from '../../src/projections/built-in.ts';
import { inventory } from '../../src/projections/inventory.ts';
import { keyedRows } from '../../src/projections/keyed-rows.ts';
import { BUILT_IN_NAMES, defineProjection, type Projection } from '../../src/projections/projection.ts';
import { memoryDatabase } from '../../src/projections/projection-database.ts';
import { Projector } from '../../src/projections/projector.ts';
import { replayTo } from '../../src/projections/replay.ts';
import { scratch } from '../eventlog/scratch.ts';
import { engineOnArray } from '../support/engine.ts';
import { Recording } from './recording.ts';

const files = scratch();

const ID = '11111111-1111-4111-8111-111111111111';

/** How many events there were of each type. */
const counting = (version = 1, moves: Projection['moves'] = 'with appends') =>
  keyedRows(
    defineProjection<number>({
      name: 'event_counts',
      version,
      moves,
      fold(rows, { type }) {
        rows.set(type, (rows.get(type) ?? 0) + version);
      },
    }),
  );
type Counting = ReturnType<typeof counting>;

const open = async (file: string, ...projections: Parameters<typeof openStorage>[0]['projections']): Promise<Storage> =>
  openStorage({ log: file, ifMissing: 'create', lockTimeoutMs: 5_000, projections });

/** Volumes that share transactions, as those of concurrent callers do. */
const volumes = (recording: Recording, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => recording.volume(`v${index}`)));

/** How far the rows in the file have come, without catching up. */
const standing = (storage: Storage, name = 'event_counts') =>
  storage.projector.statuses().find((status) => status.name === name)?.position;

const rowsOf = async (storage: Storage, projection: Counting) =>
  Object.fromEntries((await storage.projector.read(projection)).list().map(({ key, row }) => [key, row]));

describe('a registered projection', () => {
  test('moves with every append, and is read back', async () => {
    const projection = counting();
    const storage = await open(files.file(), inventory, projection);
    const recording = new Recording(storage.log);
    await recording.volume('a');
    expect(standing(storage)).toBe(2n);
    await recording.volume('b');
    expect(standing(storage)).toBe(4n);
    expect(await rowsOf(storage, projection)).toEqual({ VolumeCreationRequested: 2, VolumeCreated: 2 });
    expect((await storage.projector.read(projection)).get('VolumeCreated')).toBe(2);
    expect((await storage.projector.read(projection)).list('VolumeCreat')).toHaveLength(2);
    expect((await storage.projector.read(projection)).list('VolumeCreated')).toHaveLength(1);
    await storage.close();
  });

  test('that moves when read costs the append nothing, and is read back all the same', async () => {
    const projection = counting(1, 'when read');
    const storage = await open(files.file(), projection);
    await new Recording(storage.log).volume('a');
    expect(standing(storage)).toBe(0n);
    expect(await rowsOf(storage, projection)).toEqual({ VolumeCreationRequested: 1, VolumeCreated: 1 });
    await storage.close();
  });

  test('catches up with what was appended before it was known', async () => {
    const file = files.file();
    const without = await open(file, inventory);
    const recording = new Recording(without.log);
    await volumes(recording, 600);
    const projection = counting();
    const storage = await open(file, projection);
    expect(await rowsOf(storage, projection)).toEqual({ VolumeCreationRequested: 600, VolumeCreated: 600 });
    await recording.volume('by-the-process-that-does-not-know-it');
    expect(await rowsOf(storage, projection)).toMatchObject({ VolumeCreated: 601 });
    await Promise.all([without.close(), storage.close()]);
  });

  test('in another version has rows of its own, from the first event on', async () => {
    const file = files.file();
    const [one, two] = [counting(1), counting(2)];
    const first = await open(file, one);
    await new Recording(first.log).volume('a');
    const second = await open(file, two);
    expect(await rowsOf(second, two)).toEqual({ VolumeCreationRequested: 2, VolumeCreated: 2 });
    expect(await rowsOf(first, one)).toEqual({ VolumeCreationRequested: 1, VolumeCreated: 1 });
    await expect(second.projector.read(one)).rejects.toMatchObject({ code: 'ProjectionNotFound' });
    await Promise.all([first.close(), second.close()]);
  });

  test('can be read as it was', async () => {
    const projection = counting();
    const recording = new Recording(createMemoryLog());
    await recording.volume('a');
    await recording.volume('b');
    const replay = await replayTo(recording.log, 3n, [inventory, projection]);
    const rows = (await replay.read(projection)).list();
    expect(rows).toEqual([
      { key: 'VolumeCreated', row: 1 },
      { key: 'VolumeCreationRequested', row: 2 },
    ]);
    replay.close();
  });

  test('has the same rows however its events are batched, also when a fold changes a row in place', async () => {
    const projection = keyedRows<{ seen: string[] }>({
      name: 'careless',
      version: 1,
      fold(rows, { type, stream }) {
        const row = rows.get(stream) ?? { seen: [] };
        row.seen.push(type);
        if (type === 'VolumeCreated') rows.set(stream, row);
      },
    });
    const storage = await open(files.file(), projection);
    const recording = new Recording(storage.log);
    for (const id of ['a', 'b']) await recording.volume(id);
    const oneByOne = (await storage.projector.read(projection)).list();
    await storage.projector.rebuild('careless');
    expect((await storage.projector.read(projection)).list()).toEqual(oneByOne);
    expect(oneByOne[0]?.row).toEqual({ seen: ['VolumeCreated'] });
    await storage.close();
  });
});

/** The size of every volume, by its project. */
const sizes = defineProjection<{ readonly size: number; readonly project: string }>({
  name: 'sizes',
  version: 1,
  fold(rows, event) {
    const id = resourceIdOf(event.stream);
    switch (event.type) {
      case 'VolumeCreationRequested': {
        const { size, project_id } = event.data.volume;
        rows.set(id, { size, project: project_id });
        return;
      }
      case 'VolumeExtended': {
        const row = rows.get(id);
        if (row !== undefined) rows.set(id, { ...row, size: event.data.size });
        return;
      }
      case 'KeyValueSet':
        // @ts-expect-error the type of an event knows its data
        rows.set(id, { size: event.data.size, project: event.data.value });
    }
  },
});

describe('a view of it', () => {
  test('has rows of the type that the projection has, now and as it was', async () => {
    const { engine, backend } = await engineOnArray({ projections: [sizes] });
    const volume = await backend.createVolume({ id: ID, size: 3 });
    const before = (await engine.view()).position;
    await volume.extend(5);
    const [first] = await (await engine.view()).projection(sizes);
    const size: number | undefined = first?.row.size;
    expect(size).toBe(5);
    expect(await (await engine.view(before)).projection(sizes)).toEqual([
      { key: ID, row: { size: 3, project: 'compute' } },
    ]);
    expect(await (await engine.view()).projection('sizes')).toEqual([
      { key: ID, row: { size: 5, project: 'compute' } },
    ]);
  });

  test('gives the rows whose keys begin so, and one row', async () => {
    const { engine, backend } = await engineOnArray({ projections: [sizes], nonUuidIds: true });
    for (const id of ['a1', 'a2', 'b1']) await backend.createVolume({ id, size: 1 });
    const view = await engine.view();
    expect((await view.projection(sizes, { prefix: 'a' })).map(({ key }) => key)).toEqual(['a1', 'a2']);
    expect(await view.projectionRow(sizes, 'b1')).toEqual({ size: 1, project: 'compute' });
    expect(await view.projectionRow(sizes, 'b')).toBeNull();
  });

  test('refuses one that is not registered, or is in another version', async () => {
    const { engine } = await engineOnArray({ projections: [sizes] });
    const view = await engine.view();
    const newer = defineProjection({ ...sizes, version: 2 });
    await expect(view.projection(newer)).rejects.toMatchObject({
      code: 'ProjectionNotFound',
      message: expect.stringContaining('"sizes" version 2'),
    });
    await expect(view.projectionRow('seizes', 'a')).rejects.toMatchObject({ code: 'ProjectionNotFound' });
    await expect(view.projection('inventory')).rejects.toMatchObject({ code: 'ProjectionNotFound' });
  });

  test('knows the data of the events that are read and followed', async () => {
    const { engine, backend } = await engineOnArray();
    await backend.createVolume({ id: ID, size: 3 });
    const planned: number[] = [];
    for await (const event of (await engine.view()).events({ stream: `volume-${ID}` })) {
      if (event.type === 'VolumeCreationRequested') planned.push(event.data.volume.size);
    }
    expect(planned).toEqual([3]);
  });
});

describe('rebuilding', () => {
  test('gives the same rows; readers see the old ones until it is done', async () => {
    const projection = counting();
    const storage = await open(files.file(), inventory, projection);
    const recording = new Recording(storage.log);
    await volumes(recording, 1_200);
    const before = await rowsOf(storage, projection);
    const seen: Record<string, number>[] = [];
    const store = await storage.projector.read(projection);
    const look = () => seen.push(Object.fromEntries(store.list().map(({ key, row }) => [key, row])));
    await storage.projector.rebuild('event_counts', look);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.every((rows) => rows.VolumeCreated === 1_200)).toBe(true);
    expect(await rowsOf(storage, projection)).toEqual(before);
    expect(standing(storage)).toBe(2_400n);
    await storage.close();
  });

  test('mends rows that were damaged, and the inventory answers as before', async () => {
    const projection = counting();
    const file = files.file();
    const storage = await open(file, inventory, projection);
    const recording = new Recording(storage.log);
    await recording.volume('a', { name: 'data' });
    const before = (await storage.projector.read(inventory)).kept('volume', 'volume-a');
    new DatabaseSync(file).exec(
      "UPDATE p_event_counts_v1_rows SET doc = '99'; UPDATE p_inventory_v4_streams SET doc = '{}'",
    );
    for (const name of ['event_counts', 'inventory']) await storage.projector.rebuild(name);
    expect(await rowsOf(storage, projection)).toEqual({ VolumeCreationRequested: 1, VolumeCreated: 1 });
    const after = await storage.projector.read(inventory);
    expect(after.kept('volume', 'volume-a')).toEqual(before);
    expect(after.streamsNamed('volume', 'data')).toEqual(['volume-a']);
    await recording.snapshot('a', 's');
    expect((await storage.projector.read(inventory)).resource('s')).toMatchObject({ stream: 'volume-a' });
    await storage.close();
  });

  test('includes what is appended meanwhile', async () => {
    const projection = counting();
    const storage = await open(files.file(), projection);
    const recording = new Recording(storage.log);
    await volumes(recording, 1_200);
    const meanwhile: Promise<unknown>[] = [];
    await storage.projector.rebuild('event_counts', (position) => {
      if (position < 2_400n) meanwhile.push(recording.volume(`during-${position}`));
    });
    await Promise.all(meanwhile);
    expect(meanwhile.length).toBeGreaterThan(0);
    expect(await rowsOf(storage, projection)).toMatchObject({ VolumeCreated: 1_200 + meanwhile.length });
    await storage.close();
  });

  test('by two callers at once: one is told, and the rows are right', async () => {
    const projection = counting();
    const file = files.file();
    const [one, two] = [await open(file, projection), await open(file, projection)];
    const recording = new Recording(one.log);
    await volumes(recording, 1_200);
    const ends = await Promise.allSettled([
      one.projector.rebuild('event_counts'),
      two.projector.rebuild('event_counts'),
    ]);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'ResourceBusy' });
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const storage of [one, two]) expect(await rowsOf(storage, projection)).toMatchObject({ VolumeCreated: 1_200 });
    await Promise.all([one.close(), two.close()]);
  });

  test('of what is not there names what is', async () => {
    const storage = await open(files.file(), inventory);
    await expect(storage.projector.rebuild('inventroy')).rejects.toMatchObject({
      code: 'ProjectionNotFound',
      message: expect.stringContaining('there are: inventory'),
    });
    await storage.close();
  });
});

describe('a fold that fails', () => {
  const picky = (refusing: string) =>
    keyedRows<number>({
      name: 'picky',
      version: 1,
      fold(rows, { type, stream }) {
        if (stream === refusing) throw new Error('I do not like it');
        rows.set(type, (rows.get(type) ?? 0) + 1);
      },
    });
  const told = {
    code: 'ProjectionFailed',
    message: expect.stringContaining('"picky" version 1 cannot fold the event VolumeCreationRequested at position 3'),
    details: { projection: 'picky', version: 1, position: '3', event_type: 'VolumeCreationRequested' },
  };

  test('stops no append and no other projection; whoever reads it is told at which event', async () => {
    const file = files.file();
    const [projection, other] = [picky('volume-b'), counting()];
    const storage = await open(file, projection, inventory, other);
    const recording = new Recording(storage.log);
    for (const id of ['a', 'b', 'c']) await recording.volume(id);
    expect(await storage.log.head()).toBe(6n);
    expect(await rowsOf(storage, other)).toMatchObject({ VolumeCreated: 3 });
    expect(standing(storage)).toBe(6n);
    expect(standing(storage, 'picky')).toBe(2n);
    await expect(storage.projector.read(projection)).rejects.toMatchObject(told);
    await expect(storage.projector.read(projection)).rejects.toMatchObject(told);
    await expect(storage.projector.rebuild('picky')).rejects.toMatchObject(told);
    await storage.close();

    const mended = picky('nobody');
    const again = await open(file, mended);
    expect(await rowsOf(again, mended)).toEqual({ VolumeCreationRequested: 3, VolumeCreated: 3 });
    await again.close();
  });

  test('beside a log without a database of its own', async () => {
    const log: EventLog = createMemoryLog();
    const projection = picky('volume-b');
    const projector = await Projector.open(log, memoryDatabase(), [projection]);
    const recording = new Recording(log);
    for (const id of ['a', 'b']) await recording.volume(id);
    await expect(projector.read(projection)).rejects.toMatchObject(told);
    expect((await projector.read(projection, 0n)).list()).toEqual([]);
  });

  test.each([
    ['asynchronous', async () => {}],
    ['whose row is no JSON', (rows: { set(key: string, row: never): void }) => rows.set('k', undefined as never)],
    ['whose row holds a bigint', (rows: { set(key: string, row: never): void }) => rows.set('k', 1n as never)],
  ])('%s', async (_, fold) => {
    const projection = keyedRows({ name: 'odd', version: 1, fold: fold as Projection['fold'] });
    const projector = await Projector.open(createMemoryLog(), memoryDatabase(), [projection]);
    const recording = new Recording(createMemoryLog());
    const stored = await recording.volume('a');
    if (isNonEmpty(stored)) projector.applyInAppend(stored);
    expect(projector.statuses()[0]?.position).toBe(0n);
  });
});

describe('declaring', () => {
  const fold = () => {};
  test.each([
    ['an upper-case name', { name: 'Counts', version: 1, fold }, /"Counts"/],
    ['an empty name', { name: '', version: 1, fold }, /begin with a-z/],
    ['a name that is SQL', { name: 'a; DROP TABLE events', version: 1, fold }, /begin with a-z/],
    ['a name that is too long', { name: 'a'.repeat(42), version: 1, fold }, /41 characters/],
    ["a built-in's name", { name: 'inventory', version: 1, fold }, /Scoria's own/],
    ['version 0', { name: 'counts', version: 0, fold }, /positive whole number/],
    ['version 1.5', { name: 'counts', version: 1.5, fold }, /positive whole number/],
    ['no fold', { name: 'counts', version: 1, fold: undefined as never }, /no fold/],
    ['another way to move', { name: 'counts', version: 1, fold, moves: 'never' as never }, /cannot move "never"/],
  ])('%s is refused', (_, projection, said) => {
    expect(() => defineProjection(projection)).toThrow(said);
    expect(() => keyedRows(projection)).toThrow(said);
  });

  test('the names of all built-in projections are taken', () => {
    expect(builtInProjections.map(({ name }) => name).toSorted()).toEqual([...BUILT_IN_NAMES].toSorted());
  });

  test('two of one name are refused', async () => {
    await expect(Projector.open(createMemoryLog(), memoryDatabase(), [counting(1), counting(2)])).rejects.toMatchObject(
      {
        code: 'InvalidInput',
        message: expect.stringContaining('two projections are named "event_counts"'),
      },
    );
  });
});
