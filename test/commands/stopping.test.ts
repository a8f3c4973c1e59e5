import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { progressLine } from '../../src/cli/meter.ts';
import { createEngine, type EngineOptions, memoryArray, type Progress } from '../../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'scoria-stopping-'));
const log = join(directory, 'scoria.db');
let lines: string;
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeAll(async () => {
  await using engine = await createEngine({ log: ':memory:' });
  await Promise.all(Array.from({ length: 1_500 }, (_, index) => engine.keyValues.set(`k${index % 10}`, `v${index}`)));
  const parts: string[] = [];
  for await (const line of (await engine.view()).exportEvents()) parts.push(line);
  lines = parts.join('');
  await using filled = await createEngine({ log });
  await filled.load(lines);
});

/** An engine whose caller wants no more as soon as such work has begun. */
const stoppingAt = async (work: Progress['work'], options: Partial<EngineOptions> = {}) => {
  const stop = new AbortController();
  const seen: Progress[] = [];
  const engine = await createEngine({
    log,
    ...options,
    signal: stop.signal,
    onProgress: (progress) => {
      seen.push(progress);
      if (progress.work === work) stop.abort(new Error('no more'));
    },
  });
  return { engine, seen };
};

describe('a caller who wants no more', () => {
  test('of a replay ends it, and sees how far it was', async () => {
    const { engine, seen } = await stoppingAt('replay');
    await using _closed = engine;
    await expect(engine.view(1_200n)).rejects.toThrow('no more');
    expect(seen).toEqual([{ work: 'replay', subject: 'the record', unit: 'events', done: 256, total: 1_200 }]);
    const view = await engine.view();
    await expect(view.dump()).rejects.toThrow('no more');
    await expect(Array.fromAsync(view.exportEvents())).rejects.toThrow('no more');
    await expect(Array.fromAsync(view.history())).rejects.toThrow('no more');
  });

  test('of a rebuild keeps the old rows, and the next rebuild succeeds', async () => {
    const { engine, seen } = await stoppingAt('rebuild');
    await expect(engine.rebuildProjection('inventory')).rejects.toThrow('no more');
    expect(seen.at(0)).toMatchObject({ work: 'rebuild', subject: 'inventory', total: 1_500 });
    expect((await engine.view()).keyValues()).toHaveLength(10);
    await engine.close();
    await using again = await createEngine({ log });
    await again.rebuildProjection('inventory');
    expect((await again.view()).keyValue('k9')).toBe('v1499');
  });

  test.each(['while it is read', 'while it is written'])('of a load has none of it, %s', async (when) => {
    const stop = new AbortController();
    const target = join(directory, `${when}.db`);
    await using engine = await createEngine({
      log: target,
      signal: stop.signal,
      onProgress: ({ total }) => {
        if ((total !== null) === (when === 'while it is written')) stop.abort(new Error('no more'));
      },
    });
    await expect(engine.load(lines)).rejects.toThrow('no more');
    expect((await engine.view()).position).toBe(0n);
  });

  test('of waiting for another process is told who holds the volume', async () => {
    const shared = join(directory, 'shared.db');
    const array = memoryArray('stopping');
    await using holder = await createEngine({ log: shared });
    const backend = await holder.addBackend({ name: 'm', driver: 'memory', options: { array: 'stopping' } });
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const extending = volume.extend(2);
    await array.hanging();
    const stop = new AbortController();
    await using waiting = await createEngine({ log: shared, signal: stop.signal, busyTimeoutMs: 3_600_000 });
    const renamed = (await waiting.volume(volume.id)).rename({ name: 'later' });
    stop.abort();
    await expect(renamed).rejects.toMatchObject({ code: 'ResourceBusy' });
    array.release();
    await extending;
    // Commands are taken still, so that one can clean up.
    await (await waiting.volume(volume.id)).delete();
    expect(await waiting.volumes()).toEqual([]);
  });
});

describe('the line that tells progress', () => {
  test('has counts, the share where it is known, and the rate', () => {
    const events = { work: 'load', subject: 'x.ndjson', unit: 'events', done: 12_000, total: null } as const;
    expect(progressLine(events, 4_321)).toBe('loading x.ndjson: 12,000 events, 4,321/s');
    expect(progressLine({ ...events, total: 50_000 }, 4_321)).toBe(
      'loading x.ndjson: 12,000 of 50,000 events, 24%, 4,321/s',
    );
    const bytes = { work: 'copy', subject: 'volume-1', unit: 'bytes', done: 2 ** 29, total: 2 ** 31 } as const;
    expect(progressLine(bytes, 2 ** 20)).toBe('copying volume-1: 512.0 MiB of 2.0 GiB, 25%, 1.0 MiB/s');
    expect(progressLine({ ...bytes, done: 0, total: 0 }, 0)).toBe('copying volume-1: 0.0 MiB of 0.0 MiB, 0.0 MiB/s');
  });
});
