import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createEngine, memoryArray, type ScoriaEvent } from '../../../src/index.ts';
import { Running } from '../../cli/running.ts';
import { type Printed, Shell } from '../../cli/scoria.ts';
import { openEngine } from '../../support/engine.ts';

const HANGING = fileURLToPath(new URL('../../commands/drivers/hanging.ts', import.meta.url));
const HOUR_MS = 3_600_000;

const eventsOf = async (log: string): Promise<readonly ScoriaEvent[]> => {
  await using engine = await createEngine({ log, ifMissing: 'refuse' });
  return await Array.fromAsync((await engine.view()).events());
};

/** In order of position, with ids of their own, whatever their times say. */
const soundly = (events: readonly ScoriaEvent[]): void => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => BigInt(index + 1)));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
};

describe('a clock that is set', () => {
  const shell = new Shell();
  /** libfaketime changes what a real process is told by its kernel: the wall clock, and not the monotonic one. */
  let faked: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const { stdout } = await execa('faketime', ['-f', '+0', 'env']);
    const preload = /^LD_PRELOAD=(.*)$/m.exec(stdout)?.[1] ?? '';
    expect(preload).toContain('libfaketime');
    faked = {
      LD_PRELOAD: preload,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_TIMESTAMP_FILE: shell.path('clock'),
      FAKETIME_NO_CACHE: '1',
    };
    await shell.json('audit', 'key', 'create', 'audit.pem');
    await shell.addStore();
  });

  const sealing = {
    SCORIA_AUDIT_KEY_FILE: shell.path('audit.pem'),
    SCORIA_AUDIT_NOTES_DIRECTORY: shell.path('notes'),
  };
  const setClock = (offset: string) => writeFileSync(shell.path('clock'), `${offset}\n`);
  const at = async (offset: string, ...args: readonly string[]) => {
    setClock(offset);
    const ended = await shell.run([...args, '--json'], { env: { ...faked, ...sealing } });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ended.stdout);
  };

  test('back and forward between commands leaves order, dumps, seals and proofs right', async () => {
    const { id } = await at('+0', 'volume', 'create', 'store', '1', '--name', 'data');
    await at('+0', 'audit', 'seal');
    await at('-1h', 'volume', 'rename', 'data', 'an hour ago');
    await at('-1h', 'audit', 'seal');
    await at('+365d', 'volume', 'rename', id, 'in a year');
    await at('+365d', 'audit', 'seal');
    await at('+0', 'volume', 'rename', id, 'today');
    await at('+0', 'audit', 'seal');

    const events = await eventsOf(shell.path('scoria.db'));
    soundly(events);
    const renamed = events.filter(({ type }) => type === 'VolumeRenamed');
    const [hourAgo = 0, inAYear = 0, today = 0] = renamed.map(({ meta }) => Date.parse(meta.at));
    expect(today - hourAgo).toBeGreaterThan(HOUR_MS - 60_000);
    expect(inAYear - today).toBeGreaterThan(364 * 24 * HOUR_MS);

    // What came after a time counts as known by then once a clock went back: the same on every copy.
    const names = async (when: string) =>
      (await shell.json('volume', 'list', '--at', when)).map(({ name }: Printed) => name);
    const [renamedBack] = renamed;
    const last = events.find(({ position }) => position + 1n === renamedBack?.position)?.meta.at ?? '';
    expect(await names(last)).toEqual(['an hour ago']);
    expect(await names(String(renamedBack?.position))).toEqual(['an hour ago']);
    // And what came after the year that a clock was ahead, only after that year.
    const now = new Date(today + 60_000).toISOString();
    expect(await names(now)).toEqual(['an hour ago']);
    expect(await shell.json('volume', 'list')).toMatchObject([{ id, name: 'today' }]);

    const verified = await shell.run(['audit', 'verify'], { env: sealing });
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect((await shell.run(['volume', 'list', '--at', now], { env: faked })).code).toBe(0);
  });

  test.each([
    ['back by an hour', '-1h'],
    ['forward by a year', '+365d'],
  ])('%s during a call neither ends it early nor waits longer', async (_, offset) => {
    const house = new URL(`./${offset}/`, `file://${shell.directory}/`);
    const directory = fileURLToPath(house);
    await execa('mkdir', ['-p', directory]);
    const log = join(directory, 'log.db');
    await shell.json('backend', 'add', 'slow', '--driver', HANGING, '--set', `directory=${directory}`, '--log', log);
    writeFileSync(join(directory, 'createVolume.nothing'), '');
    setClock('+0');
    const env = { ...faked, SCORIA_EFFECT_TIMEOUT: '6', SCORIA_RECONCILE_TIMEOUT: '0' };
    const running = new Running(shell.start(['volume', 'create', 'slow', '1', '--log', log], env));
    await expect.poll(() => existsSync(join(directory, 'hangs')), { timeout: 20_000 }).toBe(true);
    const set = performance.now();
    setClock(offset);
    expect(await running.ended).toBe(7);
    // Not at once, and not in an hour, when the test would be over: there is no sharper bound on a busy machine.
    expect(performance.now() - set).toBeGreaterThan(1_000);
    const events = await eventsOf(log);
    soundly(events);
    const [asked, unknown] = events.slice(-2).map(({ meta }) => Date.parse(meta.at));
    expect(Math.sign((unknown ?? 0) - (asked ?? 0))).toBe(offset.startsWith('-') ? -1 : 1);
    setClock('+0');
    rmSync(join(directory, 'createVolume.nothing'));
    const recovered = await shell.run(['recover', '--list', '--json', '--log', log], { env: faked });
    expect(JSON.parse(recovered.stdout)).toMatchObject([{ state: 'question' }]);
    expect(readFileSync(join(directory, 'hangs'), 'utf8')).toBe('createVolume');
  });

  test('while another process is at work: it is not taken for gone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'scoria-clock-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const log = join(directory, 'log.db');
    const array = memoryArray(directory);
    const engine = await openEngine({ log, effectTimeoutMs: 120_000 });
    const backend = await engine.addBackend({ name: 'm', driver: 'memory', options: { array: directory } });
    const volume = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const extending = volume.extend(2);
    await array.hanging();
    for (const offset of ['-1h', '+365d']) {
      setClock(offset);
      const env = { ...faked, SCORIA_LOG: log };
      const recovered = await shell.run(['recover', '--json'], { env });
      expect(JSON.parse(recovered.stdout)).toEqual([]);
      const waited = await shell.run(['volume', 'rename', volume.id, 'x', '--wait', '0.2', '--json'], { env });
      expect(JSON.parse(waited.stderr).error).toMatchObject({ code: 'ResourceBusy' });
    }
    array.release();
    expect(await extending).toMatchObject({ size: 2 });
  });
});
