import { describe, expect, test } from 'vitest';
import { engineOnArray, openEngine } from '../support/engine.ts';

describe('adding a backend', () => {
  test('the same configuration is the same backend, another one is refused', async () => {
    const { engine, backend } = await engineOnArray();
    const options = { array: backend.name };
    expect((await engine.addBackend({ name: backend.name, driver: 'memory', options })).name).toBe(backend.name);
    await expect(
      engine.addBackend({ name: backend.name, driver: 'memory', options: { ...options, total_capacity_gb: 5 } }),
    ).rejects.toMatchObject({ code: 'BackendConfigurationDiffers' });
  });

  test('names the driver or the option that was probably meant', async () => {
    const engine = await openEngine();
    const misspelt = { name: 'one', driver: 'memori' };
    await expect(engine.addBackend(misspelt)).rejects.toMatchObject({ code: 'UnknownDriver' });
    const option = { name: 'one', driver: 'memory', options: { total_capacity_bg: 5 } };
    await expect(engine.addBackend(option)).rejects.toThrow(/total_capacity_gb/);
    expect(await engine.backends()).toEqual([]);
    expect((await engine.view()).position).toBe(0n);
  });

  test('a backend whose setup fails is not there, and its name is free', async () => {
    const { engine, backend, array } = await engineOnArray();
    array.inject({ call: 'setup', when: 'before' });
    const other = { name: 'other', driver: 'memory', options: { array: backend.name } };
    await expect(engine.addBackend(other)).rejects.toMatchObject({ code: 'DriverFailed' });
    await expect(engine.backend('other')).rejects.toMatchObject({ code: 'BackendNotFound' });
    expect((await engine.addBackend(other)).status).toBe('available');
  });
});

describe('a frozen backend', () => {
  test('refuses what changes the array until it is thawed; hosts can still leave', async () => {
    const { backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect({ host: 'node7' });
    await backend.freeze();
    await expect(backend.createVolume({ size: 1 })).rejects.toMatchObject({ code: 'BackendFrozen' });
    await expect(volume.extend(2)).rejects.toMatchObject({ code: 'BackendFrozen' });
    await volume.rename({ name: 'still' });
    await connection.disconnect();
    await backend.thaw();
    expect((await volume.refresh()).status).toBe('available');
    await volume.extend(2);
  });

  test('a freeze waits for what is under way', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', hang: true });
    const creation = backend.createVolume({ size: 1 });
    await array.hanging();
    const freeze = backend.freeze();
    await expect.poll(async () => (await backend.refresh()).record.frozen).toBe('freezing');
    expect(array.calls.map(({ call }) => call)).not.toContain('freezeBackend');
    array.release();
    expect((await creation).status).toBe('available');
    expect((await freeze).record.frozen).toBe('frozen');
  });

  test('a freeze that waits in vain says for what, and the backend stays thawed', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', hang: true });
    const creation = backend.createVolume({ size: 1 });
    await array.hanging();
    await expect(backend.freeze()).rejects.toMatchObject({ code: 'ResourceBusy' });
    expect((await backend.refresh()).record.frozen).toBe('thawed');
    array.release();
    await creation;
  });
});

describe('changing, stats and removal', () => {
  test('a change is tried before it counts', async () => {
    const { backend, array } = await engineOnArray();
    await backend.change({ options: { total_capacity_gb: 2 } });
    await expect(backend.createVolume({ size: 100 })).rejects.toMatchObject({ code: 'SizeExceedsBackend' });
    array.inject({ call: 'setup', when: 'before' });
    await expect(backend.change({ options: { total_capacity_gb: 9 } })).rejects.toMatchObject({ code: 'DriverFailed' });
    expect((await backend.refresh()).record.options).toMatchObject({ total_capacity_gb: 2 });
  });

  test('stats are recorded when they changed', async () => {
    const { engine, backend } = await engineOnArray();
    const before = (await engine.view()).position;
    await backend.stats({ refresh: true });
    expect((await engine.view()).position).toBe(before);
    await backend.createVolume({ size: 3 });
    const stats = await backend.stats({ refresh: true });
    expect(stats).toMatchObject({ volume_backend_name: backend.name, pools: [{ provisioned_capacity_gb: 3 }] });
  });

  test('a backend with volumes stays; an empty one goes, and its name is free', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    await expect(backend.remove()).rejects.toMatchObject({ code: 'BackendInUse' });
    await volume.delete();
    await backend.remove();
    expect(await engine.backends()).toEqual([]);
    await engine.addBackend({ name: backend.name, driver: 'memory' });
  });
});
