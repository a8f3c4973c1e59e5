import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { createMemoryLog } from '../../src/eventlog/memory.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { eventTypes, openEngine } from '../support/engine.ts';

const executors = (own: string, gone: readonly string[] = []) => ({
  own,
  isGone: async (executor: string) => gone.includes(executor),
  endCommandsOf: async () => true,
});

/** A caller on a host that may not execute for the backend, and servers on the one that may. */
const openHouse = async (
  caller: Partial<EngineOptions> = {},
  serverOptions: Partial<EngineOptions> = {},
  log: EventLog = createMemoryLog(),
) => {
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

/** The log, with some of it taken over. */
const through = (log: EventLog, own: (name: string | symbol) => unknown): EventLog =>
  new Proxy(log, {
    get: (target, name) => {
      const member = own(name) ?? Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });

/** A log that a process reaches until it dies. */
const mortal = (log: EventLog) => {
  let isAlive = true;
  return {
    log: through(log, (name) => {
      if (!isAlive && name !== 'close') throw new Error('the process is dead');
    }),
    die: () => {
      isAlive = false;
    },
  };
};

/** A log on which the first two appends of these events wait for each other: both follow the same revision. */
const meeting = (types: readonly string[], whoGoesFirst: 'earlier' | 'later'): EventLog => {
  const log = createMemoryLog();
  const met = Promise.withResolvers<void>();
  let missing = 2;
  const append: EventLog['append'] = async (given) => {
    if (missing === 0 || !types.some((type) => given.events[0].body.includes(`"type":"${type}"`)))
      return log.append(given);
    missing -= 1;
    if (missing === 0 && whoGoesFirst === 'later') return log.append(given).finally(met.resolve);
    if (missing === 0) met.resolve();
    await met.promise;
    return log.append(given);
  };
  return through(log, (name) => (name === 'append' ? append : undefined));
};

const creationsOf = (array: { readonly calls: readonly { readonly call: string }[] }) =>
  array.calls.filter(({ call }) => call === 'createVolume').length;

test.each(['earlier', 'later'] as const)(
  'of two servers that claim at the same revision the %s performs, and the other does nothing',
  async (whoGoesFirst) => {
    const { server, open, caller, array } = await openHouse({}, {}, meeting(['VolumeOperationClaimed'], whoGoesFirst));
    serving(server);
    serving(await open('storage/2/b'));
    expect((await created(caller)).status).toBe('available');
    const types = await eventTypes(caller, V);
    expect(types.filter((type) => type === 'VolumeOperationClaimed')).toHaveLength(1);
    expect(creationsOf(array)).toBe(1);
  },
);

test.each([
  ['earlier', 'VolumeOperationClaimed', 1],
  ['later', 'VolumeCreationFailed', 0],
] as const)(
  'of a claim and an expiry at the same revision the %s one stands: %s',
  async (whoGoesFirst, type, calls) => {
    const log = meeting(['VolumeOperationClaimed', 'VolumeCreationFailed'], whoGoesFirst);
    // The server does not think that it is over yet, and the caller does.
    const { server, caller, array } = await openHouse({ offerTimeoutMs: 400 }, { now: () => new Date(0) }, log);
    serving(server);
    const isDone = await created(caller).then(
      () => true,
      ({ code }) => (code === 'NotTakenUp' ? false : code),
    );
    expect(isDone).toBe(calls === 1);
    expect((await eventTypes(caller, V))[2]).toBe(type);
    expect(creationsOf(array)).toBe(calls);
  },
);

const COMMAND_ID = '6d5c1a0e-0000-4000-8000-00000000000c';
const LATER = () => new Date(Date.now() + 120_000);

/** A volume, and an extension of it that a caller offered who is dead since. */
const openWidowed = async () => {
  const house = await openHouse();
  await created(house.server);
  const process = mortal(house.log);
  const victim = await house.open('web/2/dead', [], { log: process.log });
  const volume = await victim.volume(V);
  const given = volume.extend(2, { commandId: COMMAND_ID }).catch(() => {});
  await vi.waitUntil(async () => (await eventTypes(house.caller, V)).at(-1) === 'VolumeOperationOffered');
  process.die();
  await given;
  return house;
};

const operationsOn = async (engine: Engine) =>
  (await engine.openOperations()).map(({ operation, state }) => ({ operation, state }));

describe('an offer whose caller died', () => {
  test('stands, and is taken up: who repeats the command gets the first outcome', async () => {
    const { server, caller, array } = await openWidowed();
    expect(await caller.recover()).toEqual([]);
    expect(await operationsOn(caller)).toEqual([{ operation: 'ExtendVolume', state: 'offered' }]);
    serving(server);
    const volume = await (await caller.volume(V)).extend(2, { commandId: COMMAND_ID });
    expect(volume.record).toMatchObject({ size: 2, status: 'available' });
    expect(array.calls.filter(({ call }) => call === 'extendVolume')).toHaveLength(1);
    expect(await operationsOn(caller)).toEqual([]);
  });

  test('makes others wait, and fails at its deadline when the next command meets it', async () => {
    const { server, open, array } = await openWidowed();
    const early = await open('web/3/c');
    const snapshot = async (engine: Engine) => (await engine.volume(V)).createSnapshot();
    await expect(snapshot(early)).rejects.toMatchObject({ code: 'ResourceBusy' });
    const late = await open('storage/3/c', [], { now: LATER });
    await (await late.volume(V)).resetStatus('available', { reason: 'nothing was called' });
    expect((await eventTypes(server, V)).slice(-5)).toEqual([
      'VolumeExtensionRequested',
      'VolumeOperationOffered',
      'VolumeExtensionFailed',
      'VolumeStatusResetRequested',
      'VolumeStatusReset',
    ]);
    expect(array.calls.map(({ call }) => call)).not.toContain('extendVolume');
  });

  test('fails at its deadline when somebody recovers, on whatever host', async () => {
    const { open, caller } = await openWidowed();
    const stranger = await open('elsewhere/3/c', [], { now: LATER });
    expect(await stranger.recover()).toEqual([]);
    expect(await operationsOn(caller)).toEqual([]);
    const history = await Array.fromAsync((await caller.view()).history(V));
    expect(history.at(-1)).toMatchObject({ type: 'VolumeExtensionFailed', command_id: COMMAND_ID });
    expect(history.at(-1)?.words).toContain('storage may execute');
  });
});

test('of servers that meet one offer exactly one claims it, and calls', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { server, open, caller, array } = await openHouse();
    const servers = [server, await open('storage/2/b'), await open('storage/3/c')];
    const stops = servers.map(serving);
    expect((await created(caller)).status).toBe('available');
    const types = await eventTypes(caller, V);
    expect(types.filter((type) => type === 'VolumeOperationClaimed')).toHaveLength(1);
    expect(creationsOf(array)).toBe(1);
    for (const stop of stops) stop.abort();
  }
});

test('an offer that came with a dump is never performed: it becomes a question at its deadline', async () => {
  const { caller, array, open } = await openWidowed();
  const log = createMemoryLog();
  const loaded = await open('storage/1/a', [], { log });
  await loaded.load(await (await caller.view()).dump());
  expect(await operationsOn(loaded)).toEqual([{ operation: 'ExtendVolume', state: 'offered' }]);
  serving(loaded);
  const late = await open('storage/2/b', [], { log, now: LATER });
  expect(await operationsOn(late)).toEqual([{ operation: 'ExtendVolume', state: 'offered' }]);
  await late.recover();
  expect(await operationsOn(late)).toEqual([{ operation: 'ExtendVolume', state: 'question' }]);
  const [question] = await late.openOperations();
  expect(question?.question).toContain('another log');
  expect(array.calls.map(({ call }) => call)).not.toContain('extendVolume');
});

describe('a backend, from a host that may not execute for it,', () => {
  const executorsOf = async (engine: Engine, type: string) =>
    (await Array.fromAsync((await engine.view()).events({ stream: 'backend-store' })))
      .filter((event) => event.type === type)
      .map(({ meta }) => meta.executor);

  test('is frozen and thawed by one that may', async () => {
    const { server, caller, array } = await openHouse();
    serving(server);
    const volume = await created(caller);
    const backend = await caller.backend('store');
    expect((await backend.freeze()).record.frozen).toBe('frozen');
    await expect(volume.extend(2)).rejects.toMatchObject({ code: 'BackendFrozen' });
    expect((await backend.thaw()).record.frozen).toBe('thawed');
    expect((await volume.extend(2)).record.size).toBe(2);
    expect(array.calls.map(({ call }) => call)).toEqual(expect.arrayContaining(['freezeBackend', 'thawBackend']));
    expect(await executorsOf(caller, 'BackendFrozen')).toEqual(['storage/1/a']);
    expect(await executorsOf(caller, 'BackendThawed')).toEqual(['storage/1/a']);
  });

  test('is frozen once what is under way has ended, also where one operation at a time is served', async () => {
    const { server, caller, open, array } = await openHouse({}, { operationsPerBackend: 1, drainTimeoutMs: 20_000 });
    array.inject({ call: 'createVolume', hang: true });
    serving(server);
    const volume = created(caller);
    await array.hanging();
    const freezing = (await (await open('web/2/b')).backend('store')).freeze();
    await vi.waitUntil(async () => (await executorsOf(caller, 'BackendOperationClaimed')).length === 1);
    array.release();
    expect((await volume).status).toBe('available');
    expect((await freezing).record.frozen).toBe('frozen');
  });

  test('is changed by one that its new configuration names', async () => {
    const { server, caller } = await openHouse();
    const stop = serving(server);
    const backend = await caller.backend('store');
    await backend.change({ options: { total_capacity_gb: 7 } });
    expect(await executorsOf(caller, 'BackendChanged')).toEqual(['storage/1/a']);
    expect(backend.record).toMatchObject({ options: { total_capacity_gb: 7 }, hosts: ['storage'] });
    stop.abort();

    await backend.change({ hosts: ['web'] });
    expect(await executorsOf(caller, 'BackendChanged')).toEqual(['storage/1/a', 'web/1/a']);
    expect((await created(caller)).status).toBe('available');
    await expect((await server.backend('store')).stats({ refresh: true })).rejects.toMatchObject({
      code: 'NotOnThisHost',
    });

    await (await server.backend('store')).change({ hosts: [] });
    expect(await executorsOf(caller, 'BackendChanged')).toEqual(['storage/1/a', 'web/1/a', 'storage/1/a']);
    await (await server.backend('store')).stats({ refresh: true });
  });

  test('is changed at no other host: without one that its new configuration names, it stays', async () => {
    const { caller } = await openHouse({ offerTimeoutMs: 50 });
    const backend = await caller.backend('store');
    await expect(backend.change({ hosts: ['nowhere'] })).rejects.toMatchObject({ code: 'NotTakenUp' });
    expect((await backend.refresh()).record).toMatchObject({ status: 'available', hosts: ['storage'] });
  });

  test('is removed, and its volumes renamed, described and forgotten by force: no driver is called', async () => {
    const { server, caller } = await openHouse({ offerTimeoutMs: 50 });
    await created(server);
    const volume = await caller.volume(V);
    expect((await volume.rename({ name: 'basalt' })).record.name).toBe('basalt');
    await expect(volume.extend(2)).rejects.toMatchObject({ code: 'NotTakenUp' });
    await volume.forget({ force: true }, { reason: 'the array is gone' });
    await (await caller.backend('store')).remove();
    expect((await caller.backends()).map(({ name }) => name)).toEqual([]);
  });
});

const S = '6d5c1a0e-0000-4000-8000-000000000003';
const C = '6d5c1a0e-0000-4000-8000-000000000004';
const connector = { host: 'web', initiator: 'iqn.1993-08.org.debian:01:1' };

test.each<[string, (engine: Engine) => Promise<unknown>, (engine: Engine) => Promise<unknown>]>([
  ['create', async () => {}, created],
  ['extend', created, async (engine) => (await engine.volume(V)).extend(2)],
  ['snapshot', created, async (engine) => (await engine.volume(V)).createSnapshot({ id: S })],
  ['clone', created, async (engine) => (await engine.volume(V)).clone()],
  ['connect', created, async (engine) => (await engine.volume(V)).connect(connector, { id: C })],
  ['attach', created, async (engine) => (await engine.volume(V)).attach()],
  ['delete', created, async (engine) => (await engine.volume(V)).delete()],
  ['freeze', async () => {}, async (engine) => (await engine.backend('store')).freeze()],
  [
    'revert',
    async (engine) => (await created(engine)).createSnapshot({ id: S }),
    async (engine) => (await engine.volume(V)).revert(S),
  ],
  [
    'deletion of a snapshot',
    async (engine) => (await created(engine)).createSnapshot({ id: S }),
    async (engine) => (await engine.snapshot(S)).delete(),
  ],
  [
    'disconnect',
    async (engine) => (await created(engine)).connect(connector, { id: C }),
    async (engine) => (await engine.connection(C)).disconnect(),
  ],
])('%s calls no driver on a host that may not execute', async (_, before, act) => {
  const { server, caller, array } = await openHouse({ offerTimeoutMs: 20 });
  await before(server);
  const called = array.calls.length;
  await expect(act(caller)).rejects.toMatchObject({ code: 'NotTakenUp' });
  expect(array.calls.slice(called)).toEqual([]);
});

test('a policy that wants reasons does not stop a server: each operation has the reason of its command', async () => {
  const { server, caller, open } = await openHouse();
  const strict = await open('storage/2/b', [], { policy: { requireReason: true } });
  serving(strict);
  await (await caller.backend('store')).createVolume({ id: V, size: 1 }, { reason: 'ticket 4711' });
  const history = await Array.fromAsync((await server.view()).history(V));
  expect(history.map(({ type, reason }) => [type, reason])).toContainEqual(['VolumeOperationClaimed', 'ticket 4711']);
  expect(new Set(history.map(({ reason }) => reason))).toEqual(new Set(['ticket 4711']));
});

test('who may give no commands may not serve', async () => {
  const { open } = await openHouse();
  const eve = await open('storage/2/b', [], { user: 'eve', policy: { actors: ['ada'] } });
  await expect(eve.serve({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'RefusedByPolicy' });
});
