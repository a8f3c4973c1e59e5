import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backend, Engine, EngineOptions } from '../../src/index.ts';
import { engineOnArray, eventTypes, openEngine } from '../support/engine.ts';

const DRIVER = fileURLToPath(new URL('./drivers/hanging.ts', import.meta.url));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

interface House {
  readonly engine: Engine;
  readonly backend: Backend;
  readonly directory: string;
  /** Lets a call of the driver hang in this way, or not any more. */
  hang(call: string, way: string): void;
  heal(): void;
  /** Resolves when a call hangs, of a program once that runs. */
  hangs(what?: 'hangs' | 'pid'): Promise<void>;
}

const openHouse = async (options: Partial<EngineOptions> = {}): Promise<House> => {
  const directory = mkdtempSync(join(tmpdir(), 'scoria-hanging-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const engine = await openEngine(options);
  const backend = await engine.addBackend({ name: 'slow', driver: DRIVER, options: { directory } });
  const faults: string[] = [];
  return {
    engine,
    backend,
    directory,
    hang(call, way) {
      faults.push(join(directory, `${call}.${way}`));
      writeFileSync(join(directory, `${call}.${way}`), '');
    },
    heal() {
      for (const fault of faults.splice(0)) rmSync(fault);
    },
    hangs: (what = 'hangs') => {
      const file = join(directory, what);
      return expect.poll(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { interval: 5 }).toBe(true);
    },
  };
};

const V = '6d5c1a0e-0000-4000-8000-000000000001';
const openIn = async ({ engine }: House) => (await engine.openOperations()).map(({ operation }) => operation);

describe('a call that takes too long', () => {
  test.each(['program', 'deaf'])('is given up with the %s that it waits for', async (way) => {
    const house = await openHouse({ effectTimeoutMs: 400, reconcileTimeoutMs: 30_000 });
    house.hang('createVolume', way);
    const creating = house.backend.createVolume({ id: V, size: 1 });
    await expect(creating).rejects.toMatchObject({
      code: 'DriverFailed',
      message: expect.stringMatching(/not take effect/),
    });
    expect(isAlive(Number(readFileSync(join(house.directory, 'pid'), 'utf8')))).toBe(false);
    expect(await openIn(house)).toEqual([]);
    house.heal();
    await house.backend.createVolume({ size: 1 });
  });

  test('may end by its signal, and say how', async () => {
    const house = await openHouse({ effectTimeoutMs: 50 });
    house.hang('createVolume', 'signal');
    await expect(house.backend.createVolume({ id: V, size: 1 })).rejects.toMatchObject({
      code: 'DriverFailed',
      message: expect.stringContaining('the array gave up at once'),
    });
    expect(await eventTypes(house.engine, V)).toEqual(['VolumeCreationRequested', 'VolumeCreationFailed']);
  });

  test('is unknown where the question about it hangs as well, and settled when the array answers again', async () => {
    const house = await openHouse({ effectTimeoutMs: 50 });
    house.hang('deleteVolume', 'nothing');
    const volume = await house.backend.createVolume({ id: V, size: 1 });
    house.hang('findVolume', 'nothing');
    const commandId = '6d5c1a0e-0000-4000-8000-00000000000d';
    await expect(volume.delete({ commandId })).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    expect((await eventTypes(house.engine, V)).slice(-2)).toEqual(['VolumeDeletionRequested', 'VolumeOutcomeUnknown']);
    house.heal();
    // The first call is still under way, and never made twice at the same time.
    await expect(volume.delete({ commandId })).rejects.toMatchObject({ code: 'OutcomeUnknown' });
    expect(existsSync(join(house.directory, V))).toBe(true);
  });

  test('is waited for as long as is asked for', async () => {
    const { backend } = await engineOnArray({ effectTimeoutMs: Number.POSITIVE_INFINITY });
    expect(await (await backend.createVolume({ size: 1 })).extend(2)).toMatchObject({ size: 2 });
  });
});

describe('a setup that hangs', () => {
  test('fails the command, and is made anew by the next', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'scoria-hanging-')), 'scoria.db');
    onTestFinished(() => rmSync(join(log, '..'), { recursive: true, force: true }));
    const first = await openHouse({ log });
    await first.engine.close();
    const house = { ...first, engine: await openEngine({ log, effectTimeoutMs: 100 }) };
    const backend = await house.engine.backend('slow');
    house.hang('setup', 'nothing');
    const both = await Promise.allSettled([backend.createVolume({ size: 1 }), backend.createVolume({ size: 1 })]);
    for (const one of both) {
      expect(one).toMatchObject({
        reason: { code: 'DriverFailed', message: expect.stringMatching(/not set up in time/) },
      });
    }
    house.heal();
    await backend.createVolume({ size: 1 });
    expect(await openIn(house)).toEqual([]);
  });
});

describe('stats that hang', () => {
  test('fail, and others are not held up', async () => {
    const house = await openHouse({ effectTimeoutMs: 100 });
    house.hang('stats', 'nothing');
    const asked = house.backend.stats({ refresh: true });
    await house.backend.createVolume({ size: 1 });
    await expect(asked).rejects.toMatchObject({
      code: 'DriverFailed',
      message: expect.stringMatching(/no answer within/),
    });
  });
});

describe('a caller who wants no more of one command', () => {
  test('ends a long call at once, and no other', async () => {
    const house = await openHouse();
    house.hang('createVolume', 'signal');
    const stop = new AbortController();
    const stopped = house.backend.createVolume({ size: 1 }, { signal: stop.signal });
    const other = new AbortController();
    const goesOn = house.backend.createVolume({ id: V, size: 1 }, { signal: other.signal });
    await house.hangs();
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'DriverFailed' });
    expect(await openIn(house)).toEqual(['CreateVolume']);
    other.abort();
    await expect(goesOn).rejects.toMatchObject({ code: 'DriverFailed' });
  });

  test('gives up a call that does not listen, after a while, with its programs', async () => {
    const house = await openHouse({ stopTimeoutMs: 100, effectTimeoutMs: 3_600_000 });
    house.hang('createVolume', 'program');
    const stop = new AbortController();
    const stopped = house.backend.createVolume({ id: V, size: 1 }, { signal: stop.signal });
    await house.hangs('pid');
    const pid = Number(readFileSync(join(house.directory, 'pid'), 'utf8'));
    expect(isAlive(pid)).toBe(true);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'DriverFailed' });
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('lets a short call come to its end', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', hang: true });
    const stop = new AbortController();
    const creating = backend.createVolume({ size: 1 }, { signal: stop.signal });
    await array.hanging();
    stop.abort();
    array.release();
    expect(await creating).toMatchObject({ status: 'available' });
  });

  test('leaves the line, in which others keep their places', async () => {
    const { engine, backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const first = volume.extend(2);
    await array.hanging();
    const stop = new AbortController();
    const second = volume.extend(3, { signal: stop.signal });
    const third = volume.extend(4);
    stop.abort();
    await expect(second).rejects.toMatchObject({
      code: 'ResourceBusy',
      message: expect.stringMatching(/before its turn/),
    });
    array.release();
    await Promise.all([first, third]);
    expect(await engine.volume(volume.id)).toMatchObject({ size: 4 });
    expect((await eventTypes(engine, volume.id)).filter((type) => type === 'VolumeExtensionRequested')).toHaveLength(2);
  });

  test('leaves the line of its backend, before its driver was called', async () => {
    const { backend, array } = await engineOnArray({ operationsPerBackend: 1 });
    array.inject({ call: 'createVolume', hang: true });
    const first = backend.createVolume({ size: 1 });
    await array.hanging();
    const stop = new AbortController();
    const second = backend.createVolume({ id: V, size: 1 }, { signal: stop.signal });
    const third = backend.createVolume({ size: 1 });
    await expect.poll(async () => array.calls.length).toBeGreaterThan(0);
    stop.abort();
    await expect(second).rejects.toMatchObject({
      code: 'DriverFailed',
      message: expect.stringMatching(/before the driver/),
    });
    array.release();
    await Promise.all([first, third]);
    expect(array.calls.filter(({ call, id }) => call === 'createVolume' && id === V)).toEqual([]);
  });
});

describe('closing', () => {
  test('does not wait for a driver that does not close', async () => {
    const stop = new AbortController();
    const house = await openHouse({ signal: stop.signal, stopTimeoutMs: 50 });
    house.hang('close', 'nothing');
    stop.abort();
    await house.engine.close();
    expect(readFileSync(join(house.directory, 'hangs'), 'utf8')).toBe('close');
  });
});
