import { describe, expect, test } from 'vitest';
import type { Backend, Volume } from '../../src/index.ts';
import { type EngineOnArray, engineOnArray, eventTypes } from '../support/engine.ts';

const CHAP = { use_chap_auth: true };

const connectedVolume = async (backend: Backend, ...hosts: readonly string[]): Promise<Volume> => {
  const volume = await backend.createVolume({ size: 1, multiattach: true });
  for (const host of hosts) await volume.connect({ host });
  return volume;
};

/** What the host with the storage had in its memory. */
const reboot = ({ array }: EngineOnArray): void => {
  array.exports.clear();
  array.connections.clear();
};

describe('exports that are ensured after a reboot', () => {
  test('are there again, with every host and its credentials', async () => {
    const house = await engineOnArray({}, CHAP);
    const { backend, engine, array } = house;
    const volume = await connectedVolume(backend, 'node7', 'node8');
    await backend.createVolume({ size: 1 });
    const before = structuredClone([array.exports, array.connections]);
    reboot(house);
    const told = [...(await volume.refresh()).connections].map(({ record }) => record);
    expect(await backend.ensureExports()).toEqual({ backend: backend.name, ensured: [volume.id], failed: [] });
    expect([array.exports, array.connections]).toEqual(before);
    expect((await volume.refresh()).connections.map(({ record }) => record)).toEqual(told);
    expect((await eventTypes(engine, volume.id)).slice(-2)).toEqual(['ExportEnsureRequested', 'ExportEnsured']);
  });

  test('let an attached host go on where it was', async () => {
    const house = await engineOnArray({}, CHAP);
    const volume = await house.backend.createVolume({ size: 1 });
    const connection = await volume.attach();
    await volume.extend(2);
    reboot(house);
    expect((await house.backend.ensureExports()).failed).toEqual([]);
    expect(await connection.refresh()).toMatchObject({ status: 'attached', path: connection.path });
    await volume.detach();
  });

  test('are ensured on a frozen backend too', async () => {
    const house = await engineOnArray();
    const volume = await connectedVolume(house.backend, 'node7');
    await house.backend.freeze();
    reboot(house);
    expect((await house.backend.ensureExports()).ensured).toEqual([volume.id]);
    expect(house.array.connections.size).toBe(1);
  });

  test('of which one fails leave no other host out, and are ensured by asking again', async () => {
    const house = await engineOnArray({}, CHAP);
    const { backend, array, engine } = house;
    const [one, other] = [await connectedVolume(backend, 'node7', 'node8'), await connectedVolume(backend, 'node9')];
    reboot(house);
    const [first] = (await one.refresh()).connections;
    array.inject({ call: 'initializeConnection', id: String(first?.id), when: 'before' });
    const report = await backend.ensureExports();
    expect(report.ensured).toEqual([other.id]);
    expect(report.failed).toMatchObject([{ volume_id: one.id, error: { code: 'DriverFailed' } }]);
    expect([...array.connections.values()].map(({ connector }) => connector.host).toSorted()).toEqual([
      'node8',
      'node9',
    ]);
    expect((await one.refresh()).status).toBe('in-use');
    expect((await eventTypes(engine, one.id)).at(-1)).toBe('ExportEnsureFailed');
    expect((await backend.ensureExports()).failed).toEqual([]);
    expect(array.connections.size).toBe(3);
  });

  test('are named when a host would be reached otherwise, without a credential', async () => {
    const house = await engineOnArray({}, CHAP);
    const { backend, array } = house;
    const volume = await connectedVolume(backend, 'node7');
    const password = String(array.exports.get(volume.id)?.auth?.split(' ')[2]);
    await backend.change({ options: { use_chap_auth: false } });
    reboot(house);
    const { failed } = await backend.ensureExports();
    expect(failed).toMatchObject([
      { volume_id: volume.id, error: { code: 'InvalidConnection', message: expect.stringContaining('auth_password') } },
    ]);
    expect(JSON.stringify(failed)).not.toContain(password);
    await backend.change({ options: { use_chap_auth: true } });
    expect((await backend.ensureExports()).failed).toEqual([]);
  });

  test('are one command for each volume, however often it is given under one id', async () => {
    const house = await engineOnArray();
    const { backend, engine } = house;
    const volumes = [await connectedVolume(backend, 'node7'), await connectedVolume(backend, 'node7')];
    const commandId = '5a8f6f5e-6c5a-4a5e-9d0c-5f4b1f6c2a06';
    for (let round = 0; round < 2; round += 1) {
      const { ensured } = await backend.ensureExports({ commandId, reason: 'after a reboot' });
      expect(ensured.toSorted()).toEqual(volumes.map(({ id }) => id).toSorted());
    }
    for (const { id } of volumes) {
      expect((await eventTypes(engine, id)).filter((type) => type === 'ExportEnsured')).toHaveLength(1);
    }
  });

  test('are settled by performing again where an answer was lost', async () => {
    const house = await engineOnArray();
    const volume = await connectedVolume(house.backend, 'node7');
    reboot(house);
    house.array.inject({ call: 'initializeConnection', when: 'after' });
    expect((await house.backend.ensureExports()).ensured).toEqual([volume.id]);
  });
});
