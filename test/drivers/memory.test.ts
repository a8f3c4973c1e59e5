import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorFailure } from '../../src/connectors/contract.ts';
import { memoryConnector } from '../../src/connectors/memory.ts';
import { callSignal } from '../../src/drivers/call.ts';
import { type Driver, DriverFailure } from '../../src/drivers/contract.ts';
import { type MemoryArray, memoryArray } from '../../src/drivers/memory/array.ts';
import definition from '../../src/drivers/memory/driver.ts';
import { parseOptions } from '../../src/drivers/parse-options.ts';
import { resolveSecrets } from '../../src/drivers/resolve-secrets.ts';
import { silentLogger } from '../../src/logging.ts';
import { describeDriver } from '../../src/testing/driver/describe.ts';
import type { BackendUnderTest } from '../../src/testing/driver/subject.ts';
import { aConnection, aVolume } from '../../src/testing/resources.ts';

const run = () => Promise.reject(new Error('The memory driver runs no programs'));
const environment = { run, log: silentLogger, signal: callSignal };

const makeDriver = async (array: string, options: Record<string, unknown> = {}): Promise<Driver> => {
  const parsed = parseOptions(definition, { array, ...options });
  return definition.create(await resolveSecrets(definition, parsed, run), {
    backendName: 'under-test',
    ...environment,
  });
};

const backendWith = (options: Record<string, unknown>) => (): BackendUnderTest => {
  const array = memoryArray(randomUUID());
  return {
    options: { array: array.name, ...options },
    tooLargeGiB: 1024 * 20 + 1,
    remains: async () =>
      [array.volumes, array.snapshots, array.exports, array.connections, array.attachments].flatMap((part) => [
        ...part.keys(),
      ]),
    close: async () => array.reset(),
  };
};

const capabilities = [
  'clone',
  'extend',
  'extend_online',
  'freeze',
  'manage',
  'multiattach',
  'resources',
  'revert',
  'snapshots',
] as const;
describeDriver(definition, backendWith({}), { describe, test, capabilities });
describeDriver(definition, backendWith({ multiattach: 'no' }), {
  describe,
  test,
  name: 'memory without multiattach',
  capabilities: capabilities.filter((capability) => capability !== 'multiattach'),
});

describeDriver(definition, backendWith({ use_chap_auth: 'yes' }), {
  describe,
  test,
  name: 'memory with CHAP',
  capabilities,
});

describe('the memory array', () => {
  let array: MemoryArray;
  let driver: Driver;

  beforeEach(async () => {
    array = memoryArray(randomUUID());
    driver = await makeDriver(array.name);
  });

  afterEach(() => array.reset());

  test('is shared by the drivers that name it, and named by its backend otherwise', async () => {
    const volume = aVolume();
    await driver.createVolume(volume);
    expect(await (await makeDriver(array.name)).findVolume(volume)).not.toBeNull();
    const options = await resolveSecrets(definition, parseOptions(definition, {}), run);
    await definition.create(options, { backendName: 'own-name', ...environment }).createVolume(volume);
    expect([...memoryArray('own-name').volumes.keys()]).toEqual([volume.id]);
    memoryArray('own-name').reset();
  });

  test('refuses, loses the answer after the effect, and loses it instead of the effect', async () => {
    const volume = aVolume();
    array.inject({ call: 'createVolume', when: 'before' });
    await expect(driver.createVolume(volume)).rejects.toBeInstanceOf(DriverFailure);
    array.inject({ call: 'createVolume', when: 'instead' });
    const lost = await driver.createVolume(volume).catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(Error);
    expect(lost).not.toBeInstanceOf(DriverFailure);
    expect(array.volumes.size).toBe(0);
    array.inject({ call: 'createVolume', when: 'after' });
    await expect(driver.createVolume(volume)).rejects.not.toBeInstanceOf(DriverFailure);
    expect(await driver.findVolume(volume)).not.toBeNull();
    expect(array.calls.map(({ call }) => call)).toEqual([...Array(3).fill('createVolume'), 'findVolume']);
    expect(array.calls[0]).toEqual({ call: 'createVolume', id: volume.id });
  });

  test('hits as many calls as told, and only those about the id told', async () => {
    const [one, other] = [aVolume(), aVolume()];
    array.inject({ call: 'createVolume', when: 'before', id: one.id, times: 2 });
    await driver.createVolume(other);
    await expect(driver.createVolume(one)).rejects.toThrow(/refused/);
    await expect(driver.createVolume(one)).rejects.toThrow(/refused/);
    await driver.createVolume(one);
  });

  test('hangs until released, before the effect or after it', async () => {
    const volume = aVolume();
    array.inject({ call: 'createVolume', hang: true });
    const late = driver.createVolume(volume);
    await array.hanging();
    expect(array.volumes.size).toBe(0);
    array.release();
    await late;
    expect(array.volumes.size).toBe(1);

    array.inject({ call: 'deleteVolume', hang: true, when: 'after', latencyMs: 1 });
    const lost = expect(driver.deleteVolume(volume)).rejects.toThrow(/lost/);
    await array.hanging();
    expect(array.volumes.size).toBe(0);
    array.release();
    await lost;
  });

  test('gets its password as a secret', async () => {
    process.env.SCORIA_TEST_PASSWORD = 'canary-7';
    await (await makeDriver(array.name, { password: 'env:SCORIA_TEST_PASSWORD' })).setup();
    delete process.env.SCORIA_TEST_PASSWORD;
    expect(array.password?.reveal()).toBe('canary-7');
    expect(JSON.stringify(array.password)).not.toContain('canary');
  });

  test('refuses to delete a connected volume', async () => {
    const volume = aVolume();
    await driver.createVolume(volume);
    await driver.initializeConnection(volume, { id: 'c', connector: { host: 'here' }, attach_mode: 'rw' });
    await expect(driver.deleteVolume(volume)).rejects.toBeInstanceOf(DriverFailure);
  });

  test('counts what is promised: all of it when thick, the ratio when thin', async () => {
    const thick = await makeDriver(array.name, { thin_provisioning: 'off', total_capacity_gb: '10' });
    await thick.createVolume(aVolume({ size: 10 }));
    await expect(thick.createVolume(aVolume())).rejects.toThrow(/no room/);
    const thin = await makeDriver(array.name, { total_capacity_gb: 10, max_over_subscription_ratio: '1.5' });
    await thin.createVolume(aVolume({ size: 5 }));
    await expect(thin.createVolume(aVolume())).rejects.toThrow(/no room/);
  });

  test('refuses bytes outside a volume', async () => {
    const volume = aVolume();
    await driver.createVolume(volume);
    expect(() => array.read(volume.id, 1024 ** 3 - 1, 2)).toThrow(/outside/);
    expect(() => array.write('absent', 0, Uint8Array.of(1))).toThrow(/no volume/);
  });

  test('attaches on this host what is connected, and lets faults hit the host side', async () => {
    const connector = memoryConnector(environment);
    const volume = aVolume();
    await driver.createVolume(volume);
    const connection = aConnection(volume, { host: 'here' }, null);
    const info = await driver.initializeConnection(volume, connection);
    expect(await connector.findDevice(info)).toBeNull();
    array.inject({ call: 'connectVolume', when: 'before' });
    await expect(connector.connectVolume(info, { attach_mode: 'rw' })).rejects.toBeInstanceOf(ConnectorFailure);
    const device = await connector.connectVolume(info, { attach_mode: 'rw' });
    expect(device).toEqual({ type: 'file', path: `memory://${array.name}/${volume.id}` });
    expect(await connector.findDevice(info)).toEqual(device);
    await connector.disconnectVolume(info, device, { force: false });
    await connector.disconnectVolume(info, null, { force: false });
    expect(await connector.findDevice(info)).toBeNull();
    await driver.terminateConnection(volume, connection, { force: false, others: [] });
    await expect(connector.connectVolume(info, { attach_mode: 'rw' })).rejects.toBeInstanceOf(ConnectorFailure);
  });
});
