import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { openEngine } from '../support/engine.ts';

/** Two engines on one SQLite file: to the log they are two executors, as two processes would be. */
const twoEngines = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const log = join(directory, 'scoria.db');
  const name = `array-${randomUUID()}`;
  const one = await openEngine({ log });
  const other = await openEngine({ log });
  await one.addBackend({ name, driver: 'memory', options: { array: name } });
  return { one, other, name, array: memoryArray(name) };
};

describe('two executors on one log', () => {
  test('the second waits for the first one, then goes on from where it ended', async () => {
    const { one, other, name, array } = await twoEngines();
    const volume = await (await one.backend(name)).createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const first = volume.extend(2);
    await array.hanging();
    const second = (await other.volume(volume.id)).extend(3);
    array.release();
    await first;
    expect((await second).size).toBe(3);
    expect(array.volumes.get(volume.id)?.sizeBytes).toBe(3n * 1024n ** 3n);
  });

  test('one that waits too long is told who holds the volume', async () => {
    const { one, other, name, array } = await twoEngines();
    const volume = await (await one.backend(name)).createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', hang: true });
    const extending = volume.extend(2);
    await array.hanging();
    const refusal = await (await other.volume(volume.id)).delete().catch((error) => error);
    expect(refusal.code).toBe('ResourceBusy');
    expect(refusal.message).toContain('ExtendVolume');
    expect(refusal.message).toContain(String(process.pid));
    array.release();
    await extending;
  });

  test('reads never wait', async () => {
    const { one, other, name, array } = await twoEngines();
    array.inject({ call: 'createVolume', hang: true });
    const creating = (await one.backend(name)).createVolume({ size: 1, name: 'slow' });
    await array.hanging();
    expect((await other.volumeNamed('slow')).status).toBe('creating');
    array.release();
    await creating;
    expect((await other.volumeNamed('slow')).status).toBe('available');
  });

  test('the same command given to both happens once', async () => {
    const { one, other, name, array } = await twoEngines();
    const commandId = randomUUID();
    const create = async (engine: typeof one) => (await engine.backend(name)).createVolume({ size: 1 }, { commandId });
    const [a, b] = await Promise.all([create(one), create(other)]);
    expect(a.id).toBe(b.id);
    expect(array.calls.filter(({ call }) => call === 'createVolume')).toHaveLength(1);
  });

  test('different volumes go on at the same time', async () => {
    const { one, name, array } = await twoEngines();
    const backend = await one.backend(name);
    array.inject({ call: 'createVolume', hang: true, times: 3 });
    const creating = [1, 2, 3].map(() => backend.createVolume({ size: 1 }));
    await array.hanging(3);
    array.release();
    await Promise.all(creating);
  });
});
