import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HostExecutors } from '../../src/commands/executors.ts';
import { type MemoryArray, memoryArray } from '../../src/drivers/memory/array.ts';
import type { MemoryCall } from '../../src/drivers/memory/faults.ts';
import { createMemoryLog, type MemoryLog } from '../../src/eventlog/memory.ts';
import type { Engine } from '../../src/index.ts';
import { findDifferences } from '../../src/testing/lifecycle/find-differences.ts';
import { openEngine } from '../support/engine.ts';

const DEAD = 'node1/1/dead';

/** To the others, the executor `DEAD` is gone; itself it does not know. */
const executorsOf = (own: string, gone: readonly string[]): HostExecutors => ({
  own,
  isGone: async (executor) => gone.includes(executor),
  endCommandsOf: async () => true,
});

interface House {
  readonly log: MemoryLog;
  /** Whoever never comes back from the call that hangs. */
  readonly victim: Engine;
  readonly survivor: Engine;
  readonly another: Engine;
  /** On another host: only leases tell it who is gone. */
  readonly stranger: Engine;
  readonly array: MemoryArray;
}

const openHouse = async (): Promise<House> => {
  const log = createMemoryLog();
  const array = memoryArray(randomUUID());
  onTestFinished(() => array.reset());
  const options = { log, reconcileTimeoutMs: 50, leaseMs: 300 };
  const victim = await openEngine({ ...options, executors: executorsOf(DEAD, []) });
  const survivor = await openEngine({ ...options, executors: executorsOf('node1/2/alive', [DEAD]) });
  const another = await openEngine({ ...options, executors: executorsOf('node1/3/alive', [DEAD]) });
  const stranger = await openEngine({ ...options, executors: executorsOf('node2/1/alive', []) });
  await survivor.addBackend({ name: 'store', driver: 'memory', options: { array: array.name } });
  return { log, victim, survivor, another, stranger, array };
};

const V = '6d5c1a0e-0000-4000-8000-000000000001';
const COPY = '6d5c1a0e-0000-4000-8000-000000000002';
const S = '6d5c1a0e-0000-4000-8000-000000000003';
const C = '6d5c1a0e-0000-4000-8000-000000000004';
const connector = { host: 'node1', initiator: 'iqn.1993-08.org.debian:01:1' };

interface Scenario {
  readonly before?: (engine: Engine) => Promise<unknown>;
  readonly act: (engine: Engine) => Promise<unknown>;
}

const made = async (engine: Engine) => (await engine.backend('store')).createVolume({ id: V, size: 1 });
const snapped = async (engine: Engine) => (await made(engine)).createSnapshot({ id: S });

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  create: { act: made },
  extend: { before: made, act: async (engine) => (await engine.volume(V)).extend(2) },
  delete: { before: made, act: async (engine) => (await engine.volume(V)).delete() },
  clone: { before: made, act: async (engine) => (await engine.volume(V)).clone({ id: COPY }) },
  snapshot: { before: made, act: async (engine) => (await engine.volume(V)).createSnapshot({ id: S }) },
  'deletion of a snapshot': { before: snapped, act: async (engine) => (await engine.snapshot(S)).delete() },
  'volume from a snapshot': {
    before: snapped,
    act: async (engine) => (await engine.snapshot(S)).createVolume({ id: COPY }),
  },
  revert: { before: snapped, act: async (engine) => (await engine.volume(V)).revert(S) },
  connect: { before: made, act: async (engine) => (await engine.volume(V)).connect(connector, { id: C }) },
  disconnect: {
    before: async (engine) => (await made(engine)).connect(connector, { id: C }),
    act: async (engine) => (await engine.connection(C)).disconnect(),
  },
  attach: { before: made, act: async (engine) => (await engine.volume(V)).attach({ id: C }) },
  detach: {
    before: async (engine) => (await made(engine)).attach({ id: C }),
    act: async (engine) => (await engine.volume(V)).detach(),
  },
  freeze: { act: async (engine) => (await engine.backend('store')).freeze() },
};

/** The calls that the array gets when nobody dies. */
const callsOf = async ({ before, act }: Scenario): Promise<readonly MemoryCall[]> => {
  const { victim, survivor, array } = await openHouse();
  await before?.(survivor);
  const already = array.calls.length;
  await act(victim);
  return [...new Set(array.calls.slice(already).map(({ call }) => call))].filter((call) => call !== 'setup');
};

/** The victim gives the command and stays in that call for ever, before or after its effect. */
const dieIn = async (house: House, { before, act }: Scenario, call: MemoryCall, when?: 'after'): Promise<void> => {
  await before?.(house.survivor);
  house.array.inject({ call, hang: true, ...(when === undefined ? {} : { when }) });
  act(house.victim).catch(() => {});
  await house.array.hanging();
};

describe.each(Object.entries(SCENARIOS))('an executor that died in a %s', (_name, scenario) => {
  test('leaves nothing unknown, whichever call it died in, before or after the effect', async () => {
    const calls = await callsOf(scenario);
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) {
      for (const when of [undefined, 'after'] as const) {
        const house = await openHouse();
        await dieIn(house, scenario, call, when);
        const recovered = await house.survivor.recover();
        const at = `${when ?? 'before'} the effect of ${call}`;
        expect(recovered.length, at).toBeGreaterThan(0);
        expect(
          recovered.map(({ outcome }) => outcome),
          at,
        ).not.toContain('unknown');
        expect(await house.survivor.openOperations(), at).toEqual([]);
        expect(await findDifferences(house.survivor, house.array), at).toEqual([]);
      }
    }
  });
});

const commandId = randomUUID();
const createHanging = async (house: House, when?: 'after') => {
  const act = async (engine: Engine) =>
    (await engine.backend('store')).createVolume({ id: V, size: 1 }, { commandId, reason: 'ticket 4711' });
  await dieIn(house, { act }, 'createVolume', when);
};
const typesOf = async (engine: Engine) =>
  (await Array.fromAsync((await engine.view()).events({ stream: `volume-${V}` }))).map(({ type }) => type);

describe('an operation whose executor is gone', () => {
  test('is settled by the next command on its volume', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    await (await house.survivor.volume(V)).extend(2);
    expect(await typesOf(house.survivor)).toEqual([
      'VolumeCreationRequested',
      'VolumeOperationClaimed',
      'DriverModelUpdated',
      'VolumeCreated',
      'VolumeExtensionRequested',
      'VolumeExtended',
    ]);
  });

  test('answers the same command, given again', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    const again = { id: V, size: 1 };
    const volume = await (await house.survivor.backend('store')).createVolume(again, { commandId });
    expect(volume.status).toBe('available');
    expect(house.array.calls.filter(({ call }) => call === 'createVolume')).toHaveLength(1);
  });

  test('is claimed by one alone, with who and why', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    const grace = { actor: { user: 'grace', project: 'ops' }, reason: 'node1 lost power' };
    const recovered = await Promise.all([house.survivor.recover({}, grace), house.another.recover({}, grace)]);
    expect(recovered.flat().map(({ outcome }) => outcome)).toEqual(['done']);
    const history = await Array.fromAsync((await house.survivor.view()).history(V));
    const claims = history.filter(({ type }) => type === 'VolumeOperationClaimed');
    expect(claims).toMatchObject([{ ...grace, words: `operation taken over from ${DEAD}` }]);
  });

  test('says of its outcome that it was found by asking', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    await house.survivor.recover();
    await (await house.survivor.volume(V)).extend(2);
    const events = await Array.fromAsync((await house.survivor.view()).events({ stream: `volume-${V}` }));
    const recovered = events.filter(({ meta }) => meta.recovered).map(({ type }) => type);
    expect(recovered).toEqual(['DriverModelUpdated', 'VolumeCreated']);
  });

  test('stays settled when its executor comes back after all', async () => {
    const house = await openHouse();
    const act = async () => (await house.victim.backend('store')).createVolume({ id: V, size: 1 });
    house.array.inject({ call: 'createVolume', hang: true, when: 'after' });
    const late = act().catch((error: unknown) => error);
    await house.array.hanging();
    await house.survivor.recover();
    const settled = await typesOf(house.survivor);
    house.array.release();
    expect(await late).toMatchObject({ status: 'available' });
    expect(await typesOf(house.survivor)).toEqual(settled);
  });

  test('that did not take effect has failed, and can be given again', async () => {
    const house = await openHouse();
    await createHanging(house);
    expect(await house.survivor.recover()).toMatchObject([
      {
        operation: 'CreateVolume',
        resource: V,
        outcome: 'failed',
        executor: DEAD,
        rejection: { code: 'DriverFailed' },
      },
    ]);
    await (await house.survivor.volume(V)).delete();
  });

  test('that did not take effect has what is half made deleted', async () => {
    const house = await openHouse();
    await createHanging(house);
    await house.survivor.recover();
    expect(house.array.calls).toContainEqual({ call: 'deleteVolume', id: V });
  });

  test('that cannot be cleared away stays a question', async () => {
    const house = await openHouse();
    await createHanging(house);
    house.array.inject({ call: 'deleteVolume', when: 'instead', times: 1_000 });
    expect(await house.survivor.recover()).toMatchObject([{ outcome: 'unknown' }]);
    house.array.faults.forget();
    const again = house.survivor.execute({ type: 'CreateVolume', backend: 'store', id: V, size: 1 }, { commandId });
    expect(await again).toMatchObject({ left: { code: 'DriverFailed' } });
  });

  test('stays a question when the storage cannot tell, and is listed', async () => {
    const house = await openHouse();
    await createHanging(house);
    house.array.inject({ call: 'findVolume', when: 'instead', times: 1_000 });
    expect(await house.survivor.recover()).toMatchObject([{ outcome: 'unknown' }]);
    expect(await house.survivor.openOperations()).toMatchObject([{ operation: 'CreateVolume', state: 'question' }]);
    expect((await house.survivor.volume(V)).status).toBe('error');
  });
});

describe('a freeze', () => {
  test('settles what executors that are gone left open on its volumes', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    const backend = await (await house.survivor.backend('store')).freeze();
    expect(backend.record.frozen).toBe('frozen');
    expect(await house.survivor.openOperations()).toEqual([]);
    expect((await house.survivor.volume(V)).status).toBe('available');
  });

  test('whose executor is gone is recovered after the operations that it waited for', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    const frozen = (await house.victim.backend('store')).freeze();
    frozen.catch(() => {});
    await expect.poll(() => house.survivor.openOperations()).toHaveLength(2);
    expect(await house.survivor.recover()).toMatchObject([
      { operation: 'CreateVolume', outcome: 'done' },
      { operation: 'FreezeBackend', outcome: 'done' },
    ]);
  });
});

describe('an operation whose executor may be at work', () => {
  test('is left alone, and listed', async () => {
    const house = await openHouse();
    await createHanging(house);
    for (const engine of [house.victim, house.stranger]) {
      expect(await engine.openOperations()).toMatchObject([{ resource: V, executor: DEAD, state: 'open' }]);
      expect(await engine.recover({ gone: ['node9/1/other'] })).toEqual([]);
    }
    expect(await typesOf(house.stranger)).toEqual(['VolumeCreationRequested']);
  });

  test('is settled when somebody says that it is gone', async () => {
    const house = await openHouse();
    await createHanging(house, 'after');
    expect(await house.stranger.recover({ gone: [DEAD] })).toMatchObject([{ outcome: 'done' }]);
    expect((await house.stranger.volume(V)).status).toBe('available');
  });
});

/** One whose process does not move: to others as good as gone, although its kernel says that it is there. */
const standingStill = async (house: House) =>
  openEngine({ log: house.log, executors: executorsOf('node3/1/still', []), leaseMs: 3_600_000, busyTimeoutMs: 5_000 });

describe('an executor that shows no sign of life for as long as its lease', () => {
  const hanging = async (when?: 'after') => {
    const house = await openHouse();
    const still = await standingStill(house);
    house.array.inject({ call: 'createVolume', hang: true, ...(when === undefined ? {} : { when }) });
    const late = (await still.backend('store'))
      .createVolume({ id: V, size: 1 }, { commandId })
      .catch((error: unknown) => error);
    await house.array.hanging();
    return { house, late };
  };

  test('is taken for gone by `recover`, and by a command that waits for it', async () => {
    const watched = await hanging('after');
    expect(await watched.house.stranger.recover()).toMatchObject([{ outcome: 'done' }]);
    const waited = await hanging('after');
    const patient = await openEngine({ log: waited.house.log, leaseMs: 300, busyTimeoutMs: 30_000 });
    await (await patient.volume(V)).extend(2);
    expect(await typesOf(patient)).toContain('VolumeOperationClaimed');
  });

  test('records nothing more when it comes back, and its caller hears what was recorded', async () => {
    const { house, late } = await hanging();
    expect(await house.stranger.recover()).toMatchObject([{ outcome: 'failed' }]);
    const settled = await typesOf(house.stranger);
    house.array.release();
    expect(await late).toMatchObject({ code: 'DriverFailed' });
    expect(await typesOf(house.stranger)).toEqual(settled);
  });

  test('waits for the end, when the other has claimed its operation and not settled it yet', async () => {
    const { house, late } = await hanging('after');
    house.array.inject({ call: 'findVolume', hang: true });
    const recovering = house.stranger.recover();
    await house.array.hanging(2);
    // Its own call ends first.
    house.array.release();
    expect(await recovering).toMatchObject([{ outcome: 'done' }]);
    expect(await late).toMatchObject({ status: 'available' });
    const events = await Array.fromAsync((await house.stranger.view()).events({ stream: `volume-${V}` }));
    const outcomes = events.filter(({ type }) => type === 'VolumeCreated').map(({ meta }) => meta.executor);
    expect(outcomes).toEqual(['node2/1/alive']);
  });

  test('does not settle the question that the other was left with: the command, repeated, does', async () => {
    const { house, late } = await hanging();
    house.array.inject({ call: 'findVolume', when: 'instead', times: 1_000 });
    expect(await house.stranger.recover()).toMatchObject([{ outcome: 'unknown' }]);
    const asked = await typesOf(house.stranger);
    house.array.release();
    expect(await late).toMatchObject({ code: 'OutcomeUnknown' });
    expect(await typesOf(house.stranger)).toEqual(asked);
    house.array.faults.forget();
    const again = { id: V, size: 1 };
    const volume = await (await house.another.backend('store')).createVolume(again, { commandId });
    expect(volume.status).toBe('available');
  });
});

test("an operation that was asked for in another log becomes a question, and is in nobody's way", async () => {
  const house = await openHouse();
  await createHanging(house, 'after');
  const elsewhere = await openEngine({ executors: executorsOf('node4/1/alive', [DEAD]) });
  await elsewhere.load(await (await house.stranger.view()).dump({ withConfiguration: true }));
  expect(await elsewhere.openOperations()).toMatchObject([{ operation: 'CreateVolume', state: 'gone' }]);
  expect(await elsewhere.recover()).toMatchObject([{ operation: 'CreateVolume', outcome: 'unknown' }]);
  expect(await elsewhere.openOperations()).toMatchObject([
    { state: 'question', question: 'it was asked for in another log' },
  ]);
  const again = elsewhere.execute({ type: 'CreateVolume', backend: 'store', id: V, size: 1 }, { commandId });
  expect(await again).toMatchObject({ left: { code: 'OutcomeUnknown' } });
  const volume = await elsewhere.volume(V);
  expect(volume.status).toBe('error');
  await volume.delete();
  expect(await elsewhere.openOperations()).toEqual([]);
});
