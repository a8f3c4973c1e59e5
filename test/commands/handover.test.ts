import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { eventTypes, openEngine } from '../support/engine.ts';

const executors = (own: string, gone: readonly string[] = []) => ({
  own,
  isGone: async (executor: string) => gone.includes(executor),
  endCommandsOf: async () => true,
});

/** A caller on a host that may not execute for the backend, and servers on the one that may. */
const openHouse = async (caller: Partial<EngineOptions> = {}, serverOptions: Partial<EngineOptions> = {}) => {
  const log = createMemoryLog();
  const array = memoryArray(randomUUID());
  onTestFinished(() => array.reset());
  const open = (own: string, gone: readonly string[] = [], more: Partial<EngineOptions> = {}) =>
    openEngine({ log, reconcileTimeoutMs: 50, executors: executors(own, gone), ...more });
  const server = await open('storage/1/a', [], serverOptions);
  const options = { array: array.name };
  await server.addBackend({ name: 'store', driver: 'memory', options, hosts: ['storage'] });
  return { log, array, open, server, caller: await open('web/1/a', [], caller) };
};

const serving = (engine: Engine): AbortController => {
  const stop = new AbortController();
  const served = engine.serve({ signal: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await served;
  });
  return stop;
};

const V = '6d5c1a0e-0000-4000-8000-000000000001';
const created = async (engine: Engine) => (await engine.backend('store')).createVolume({ id: V, size: 1 });

test('a command on another host is executed by a host that may, and answers', async () => {
  const { server, caller, array } = await openHouse();
  serving(server);
  const volume = await created(caller);
  expect(volume.status).toBe('available');
  expect(await eventTypes(caller, V)).toEqual([
    'VolumeCreationRequested',
    'VolumeOperationOffered',
    'VolumeOperationClaimed',
    'DriverModelUpdated',
    'VolumeCreated',
  ]);
  // Performed once, and asked nothing: nothing was called before.
  expect(array.calls.map(({ call }) => call).filter((call) => call.endsWith('Volume'))).toEqual(['createVolume']);
});

test('a clone and an attachment across hosts hand over each step that calls the driver', async () => {
  const { server, caller } = await openHouse();
  serving(server);
  const volume = await created(caller);
  const copy = await volume.clone();
  expect(copy.status).toBe('available');
  const connection = await copy.attach();
  expect(connection.record.status).toBe('attached');
  const executorsOf = async (id: string, type: string) => {
    const events = await Array.fromAsync((await caller.view()).events({ stream: `volume-${id}` }));
    return events.filter((event) => event.type === type).map(({ meta }) => meta.executor);
  };
  expect(await executorsOf(copy.id, 'VolumeCreated')).toEqual(['storage/1/a']);
  expect(await executorsOf(copy.id, 'ConnectionInitialized')).toEqual(['storage/1/a']);
  expect(await executorsOf(copy.id, 'DeviceAttached')).toEqual(['web/1/a']);
  expect(await caller.openOperations()).toEqual([]);
});

test('an offer that nobody takes up fails at its deadline, and says who may', async () => {
  const { caller, array } = await openHouse({ offerTimeoutMs: 50 });
  await expect(created(caller)).rejects.toMatchObject({
    code: 'NotTakenUp',
    message: expect.stringContaining('storage may execute'),
  });
  expect(array.calls.map(({ call }) => call)).not.toContain('createVolume');
  expect(await caller.openOperations()).toEqual([]);
});

/** Some that pass before anybody looks, one that does not, and some about when somebody does. */
const DEADLINES_MS = [0, 6, 8, 10, 12, 14, 20, 30_000];

test('of a claim and an expiry at once exactly one wins', async () => {
  const outcomes = new Set<boolean>();
  for (let round = 0; round < 40; round += 1) {
    const { server, caller, array } = await openHouse(
      { offerTimeoutMs: DEADLINES_MS[round % 8] ?? 0 },
      { leaseMs: 150 },
    );
    const stop = serving(server);
    const isDone = await created(caller).then(
      () => true,
      () => false,
    );
    outcomes.add(isDone);
    const types = await eventTypes(caller, V);
    const ends = types.filter((type) => ['VolumeCreated', 'VolumeCreationFailed'].includes(type));
    expect(ends).toEqual([isDone ? 'VolumeCreated' : 'VolumeCreationFailed']);
    expect(types.includes('VolumeOperationClaimed')).toBe(isDone);
    expect(array.calls.some(({ call }) => call === 'createVolume')).toBe(isDone);
    stop.abort();
  }
  expect(outcomes).toEqual(new Set([true, false]));
});

test('a server that dies after its claim is recovered by another that may, and by nobody else', async () => {
  const { server, caller, open, array } = await openHouse();
  array.inject({ call: 'createVolume', hang: true, when: 'after' });
  serving(server);
  const volume = created(caller);
  await array.hanging();
  const stranger = await open('web/2/b', ['storage/1/a']);
  expect(await stranger.recover()).toEqual([]);
  expect(await stranger.openOperations()).toMatchObject([{ operation: 'CreateVolume', state: 'elsewhere' }]);
  serving(await open('storage/2/b', ['storage/1/a']));
  expect((await volume).status).toBe('available');
  array.reset();
});

test('a question to the driver is refused where the host may not ask it', async () => {
  const { caller } = await openHouse();
  const backend = await caller.backend('store');
  await expect(backend.stats({ refresh: true })).rejects.toMatchObject({
    code: 'NotOnThisHost',
    message: expect.stringContaining('storage'),
  });
  await expect(backend.reconcile()).rejects.toMatchObject({ code: 'NotOnThisHost' });
});
