import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Driver, type DriverDefinition, defineDriver } from '../../src/drivers/contract.ts';
import { type MemoryArray, memoryArray } from '../../src/drivers/memory/array.ts';
import memory from '../../src/drivers/memory/driver.ts';
import { SparseBytes } from '../../src/drivers/memory/sparse-bytes.ts';
import { provideDriver } from '../../src/drivers/registry.ts';
import type { Backend } from '../../src/index.ts';
import { type EngineOnArray, engineOnArray, eventTypes, openEngine } from '../support/engine.ts';

const GIB = 1024n ** 3n;
const BECAUSE = { reason: 'the array was looked at' };
const HOST = { host: 'node7' };

const stray = (array: MemoryArray, id: string, sizeBytes = GIB): void =>
  void array.volumes.set(id, { id, sizeBytes, contents: new SparseBytes() });

/** What differs, in short. */
const differences = async (backend: Backend): Promise<readonly string[]> =>
  (await backend.reconcile()).differences.map(
    ({ difference, kind, id, reference }) => `${difference} ${kind} ${reference ?? id}`,
  );

const failing = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a backend and its record', () => {
  test('agree after all that commands do to them', async () => {
    const { backend, engine } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.createSnapshot()).createVolume();
    await volume.clone();
    await volume.connect(HOST);
    await (await backend.createVolume({ size: 1 })).delete();
    const before = (await engine.view()).position;
    expect(await backend.reconcile()).toMatchObject({ resources: 6, volumes: 3, differences: [], open: [] });
    expect((await engine.view()).position).toBe(before);
  });

  test('differ in a volume that only the array has: it is adopted, bytes and all, or deleted', async () => {
    const { backend, array, engine } = await engineOnArray();
    stray(array, 'by-hand', GIB + 1n);
    array.write('by-hand', 0, Uint8Array.of(7));
    stray(array, 'forgotten');
    expect(await differences(backend)).toEqual(['unknown volume volume/by-hand', 'unknown volume volume/forgotten']);

    const adopted = await backend.adopt({ reference: 'volume/by-hand', name: 'found' }, BECAUSE);
    expect(adopted.record).toMatchObject({ name: 'found', size: 2, status: 'available' });
    expect(array.read(adopted.id, 0, 1)).toEqual(Uint8Array.of(7));
    expect(await eventTypes(engine, adopted.id)).toEqual([
      'VolumeAdoptionRequested',
      'DriverModelUpdated',
      'VolumeAdopted',
    ]);
    await backend.deleteResource('volume/forgotten', BECAUSE);
    expect(array.volumes.has('forgotten')).toBe(false);
    expect(await differences(backend)).toEqual([]);
  });

  test('differ in a volume that only the record has: it is forgotten, with what it has', async () => {
    const { backend, array, engine } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const snapshot = await volume.createSnapshot();
    const connection = await volume.connect(HOST);
    expect(await failing(volume.forget({}, BECAUSE))).toMatchObject({ code: 'StillOnArray' });
    for (const things of [array.volumes, array.snapshots, array.exports, array.connections]) things.clear();
    expect(await differences(backend)).toEqual([
      `missing volume ${volume.id}`,
      `missing snapshot ${snapshot.id}`,
      `missing connection ${connection.id}`,
      'missing export null',
    ]);

    await volume.forget({}, BECAUSE);
    expect(await differences(backend)).toEqual([]);
    const events = await Array.fromAsync((await engine.view()).history(snapshot.id));
    expect(events.at(-1)).toMatchObject({ ...BECAUSE, words: expect.stringContaining(`with snapshot ${snapshot.id}`) });
    expect(array.calls.map(({ call }) => call)).not.toContain('deleteVolume');
    await expect(engine.volume(volume.id)).rejects.toMatchObject({ code: 'VolumeNotFound' });
  });

  test('differ by what is left of a volume that was forgotten by force', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    await volume.createSnapshot();
    await volume.forget({ force: true }, BECAUSE);
    const { differences: found } = await backend.reconcile();
    expect(found).toMatchObject([
      { kind: 'volume', status: 'deleted' },
      { kind: 'snapshot', status: 'deleted' },
    ]);
    for (const { reference } of found) await backend.deleteResource(String(reference), BECAUSE);
    expect([array.volumes.size, array.snapshots.size]).toEqual([0, 0]);
  });

  test.each([
    ['less', GIB, 2],
    ['more', 5n * GIB, 5],
  ])('differ in a size, where the array has %s: extending mends it', async (_, sizeBytes, size) => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 2 });
    stray(array, volume.id, sizeBytes);
    expect((await backend.reconcile()).differences).toMatchObject([
      { difference: 'size', id: volume.id, size_bytes: String(sizeBytes), recorded_size_bytes: String(2n * GIB) },
    ]);
    await volume.extend(size);
    expect(array.volumes.get(volume.id)?.sizeBytes).toBe(BigInt(size) * GIB);
    expect(await differences(backend)).toEqual([]);
  });

  test('differ in an export and a connection that nobody asked for: they are deleted', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    array.exports.set(volume.id, { volumeId: volume.id, auth: null });
    array.connections.set('c', { id: 'c', volumeId: volume.id, connector: HOST, attach_mode: 'rw' });
    expect(await differences(backend)).toEqual([
      `unknown export export/${volume.id}`,
      'unknown connection connection/c',
    ]);
    for (const reference of ['connection/c', `export/${volume.id}`]) await backend.deleteResource(reference, BECAUSE);
    expect(await differences(backend)).toEqual([]);
    await volume.delete();
  });

  test('differ in a connection that the array has lost: it is ended by force, and made again', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect(HOST);
    array.connections.clear();
    expect(await differences(backend)).toEqual([`missing connection ${connection.id}`]);
    await connection.disconnect({ force: true }, BECAUSE);
    await volume.connect(HOST);
    expect(await differences(backend)).toEqual([]);
  });

  test('do not differ in what failed to come about, and do in what was lost after a failure', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'before' });
    await failing(backend.createVolume({ size: 1 }));
    const lost = await backend.createVolume({ size: 1 });
    array.inject({ call: 'extendVolume', when: 'before' });
    await failing(lost.extend(2));
    expect(await differences(backend)).toEqual([]);
    array.volumes.delete(lost.id);
    expect(await differences(backend)).toEqual([`missing volume ${lost.id}`]);
  });

  test('differ in what failed to come about and did after all: it is deleted', async () => {
    const { backend, array } = await engineOnArray();
    array.inject({ call: 'createVolume', when: 'before' });
    await failing(backend.createVolume({ size: 1, name: 'late' }));
    const source = await backend.createVolume({ size: 1 });
    array.inject({ call: 'createSnapshot', when: 'before' });
    await failing(source.createSnapshot({ name: 'late' }));
    const late = (await backend.volumes()).find(({ id }) => id !== source.id);
    const [snapshot] = (await source.refresh()).snapshots;
    if (late === undefined || snapshot === undefined) throw new Error('the record keeps what failed');
    stray(array, late.id);
    array.snapshots.set(snapshot.id, {
      id: snapshot.id,
      volumeId: source.id,
      sizeBytes: GIB,
      contents: new SparseBytes(),
    });
    const { differences: found } = await backend.reconcile();
    expect(found.find(({ kind }) => kind === 'volume')).toMatchObject({
      difference: 'unknown',
      id: late.id,
      status: 'error',
      size_bytes: String(GIB),
    });
    expect(found.find(({ kind }) => kind === 'snapshot')).toMatchObject({
      difference: 'unknown',
      id: snapshot.id,
      status: 'error',
    });
    expect(found).toHaveLength(2);
    await late.delete();
    await snapshot.delete();
    expect(await differences(backend)).toEqual([]);
    expect([array.volumes.size, array.snapshots.size]).toEqual([1, 0]);
  });
});

describe('what stands open', () => {
  test.each(['before', 'after'] as const)('is not called an orphan, with its effect %s the look', async (when) => {
    const { backend, array } = await engineOnArray();
    const hang = { call: 'createVolume', hang: true } as const;
    array.inject(when === 'before' ? { ...hang, when: 'after' } : hang);
    const creating = backend.createVolume({ size: 1 });
    await array.hanging();
    expect(array.volumes.size).toBe(when === 'before' ? 1 : 0);
    const { differences: found, open } = await backend.reconcile();
    expect(found).toEqual([]);
    expect(open).toMatchObject([{ operation: 'CreateVolume', question: null }]);
    array.release();
    await creating;
    expect(await backend.reconcile()).toMatchObject({ differences: [], open: [] });
  });

  test('as a question is told apart, until somebody settles it', async () => {
    const { backend, array } = await engineOnArray();
    for (const call of ['createVolume', 'findVolume'] as const) array.inject({ call, when: 'instead', times: 1_000 });
    await failing(backend.createVolume({ size: 1, name: 'lost' }));
    array.faults.forget();
    const { differences: found, open } = await backend.reconcile();
    expect(found).toEqual([]);
    expect(open).toMatchObject([{ operation: 'CreateVolume', question: expect.stringContaining('lost') }]);
    const [volume] = await backend.volumes();
    expect(await failing(volume?.resetStatus('available', BECAUSE) ?? Promise.resolve())).toMatchObject({
      code: 'NotOnArray',
    });
    await volume?.forget({}, BECAUSE);
    expect(await backend.reconcile()).toMatchObject({ volumes: 0, differences: [], open: [] });
  });

  test('of a copy lets its source go once the status is reset', async () => {
    const { backend, array } = await engineOnArray();
    const source = await backend.createVolume({ size: 1 });
    array.inject({ call: 'cloneVolume', when: 'after' });
    array.inject({ call: 'findVolume', when: 'instead', times: 1_000 });
    await failing(source.clone({ name: 'copy' }));
    array.faults.forget();
    expect(await failing(source.delete())).toMatchObject({ code: 'SourcePinned' });
    const copy = (await backend.volumes()).find(({ name }) => name === 'copy');
    await copy?.resetStatus('available', BECAUSE);
    expect(copy?.record.status).toBe('available');
    await source.delete();
    expect(await backend.reconcile()).toMatchObject({ differences: [], open: [] });
  });

  test('of an adoption keeps others from deleting what it adopts', async () => {
    const { backend, array } = await engineOnArray();
    stray(array, 'by-hand');
    array.inject({ call: 'manageExisting', hang: true });
    const adopting = backend.adopt({ reference: 'volume/by-hand' }, BECAUSE);
    await array.hanging();
    expect(await differences(backend)).toEqual([]);
    const refused = { code: 'ResourceBusy', message: expect.stringContaining('AdoptVolume') };
    expect(await failing(backend.deleteResource('volume/by-hand', BECAUSE))).toMatchObject(refused);
    expect(await failing(backend.adopt({ reference: 'volume/by-hand' }, BECAUSE))).toMatchObject(refused);
    array.release();
    expect((await adopting).status).toBe('available');
  });
});

describe('adopting', () => {
  test('goes on where its answer was lost, and under the id that the name tells', async () => {
    const { backend, array } = await engineOnArray();
    const id = '5d1f2c9e-2d6e-4c43-9a52-71f1f0a5c805';
    stray(array, id, GIB + 1n);
    array.inject({ call: 'manageExisting', when: 'after' });
    expect((await backend.adopt({ reference: `volume/${id}`, id }, BECAUSE)).record).toMatchObject({ id, size: 2 });
    expect(await differences(backend)).toEqual([]);
  });

  test('that failed leaves nothing on the record, and the id free', async () => {
    const { backend, array } = await engineOnArray();
    stray(array, 'by-hand');
    array.inject({ call: 'manageExisting', when: 'before' });
    const adoption = { reference: 'volume/by-hand', id: '5d1f2c9e-2d6e-4c43-9a52-71f1f0a5c805' };
    expect(await failing(backend.adopt(adoption, BECAUSE))).toMatchObject({ code: 'DriverFailed' });
    expect(await backend.volumes()).toEqual([]);
    expect((await backend.adopt(adoption, BECAUSE)).id).toBe(adoption.id);
  });

  test('and deleting are refused for what the record knows', async () => {
    const { backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const known = { code: 'KnownToRecord', message: expect.stringContaining(volume.id) };
    expect(await failing(backend.adopt({ reference: `volume/${volume.id}` }, BECAUSE))).toMatchObject(known);
    expect(await failing(backend.deleteResource(`volume/${volume.id}`, BECAUSE))).toMatchObject(known);
  });
});

test('a backend that was added before its driver could list learns of it by a change of nothing', async () => {
  let isNewer = false;
  const definition = {
    ...memory,
    create: (options, environment): Driver => {
      const { resources, manage, ...older } = memory.create(
        options as Parameters<typeof memory.create>[0],
        environment,
      );
      return isNewer ? { ...older, ...(resources && { resources }), ...(manage && { manage }) } : older;
    },
  } as DriverDefinition;
  using provided = provideDriver(definition);
  const array = memoryArray(`grown-${crypto.randomUUID()}`);
  const engine = await openEngine();
  const options = { array: array.name };
  const backend = await engine.addBackend({ name: 'grown', driver: provided.name, options });
  expect(await failing(backend.reconcile())).toMatchObject({ code: 'UnsupportedByDriver' });
  isNewer = true;
  expect((await engine.addBackend({ name: 'grown', driver: provided.name, options })).capabilities).not.toContain(
    'manage',
  );
  expect((await backend.change({})).capabilities).toEqual(expect.arrayContaining(['manage', 'resources']));
});

test('what mends says why', async () => {
  const { backend, engine } = await engineOnArray();
  const volume = await backend.createVolume({ size: 1 });
  const { id: connection_id } = await volume.connect(HOST);
  const of = { volume_id: volume.id };
  const commands = [
    { type: 'AdoptVolume', backend: backend.name, reference: 'x' },
    { type: 'DeleteResource', name: backend.name, reference: 'x' },
    { type: 'ResetVolumeStatus', ...of, status: 'error' },
    { type: 'ForgetVolume', ...of },
    { type: 'DisconnectVolume', ...of, connection_id, force: true },
    { type: 'DetachDevice', ...of, connection_id, force: true },
    { type: 'DetachVolume', ...of, connection_id, force: true },
  ] as const;
  for (const command of commands) {
    expect(await engine.execute(command)).toMatchObject({
      left: { code: 'InvalidInput', message: expect.stringContaining('needs a reason') },
    });
  }
});

test('a forced disconnection goes past what the driver says, and records it', async () => {
  const { backend, array, engine } = await engineOnArray();
  const volume = await backend.createVolume({ size: 1 });
  const connection = await volume.connect(HOST);
  await connection.device_attached({ path: '/dev/sdq' });
  array.inject({ call: 'terminateConnection', when: 'before' });
  array.inject({ call: 'removeExport', when: 'instead' });
  await volume.refresh();
  await connection.disconnect({ force: true }, { ...BECAUSE, actor: { user: 'grace', project: 'ops' } });
  expect((await volume.refresh()).record).toMatchObject({ status: 'available', attach_status: 'detached' });
  const last = (await Array.fromAsync((await engine.view()).history(connection.id))).at(-1);
  expect(last).toMatchObject({ ...BECAUSE, actor: { user: 'grace' }, type: 'ConnectionTerminated' });
  expect(last?.event.data).toMatchObject({
    ignored_errors: [expect.stringContaining('refused'), expect.stringContaining('lost')],
  });
  expect(await differences(backend)).toEqual([
    `unknown export export/${volume.id}`,
    `unknown connection connection/${connection.id}`,
  ]);
});

/** An engine on an array that lets something happen between what it lists and what the record says. */
const onSlowArray = async (
  between: (on: EngineOnArray) => Promise<unknown>,
  options: Readonly<Record<string, { readonly env: string }>> = {},
  before: (on: EngineOnArray) => Promise<unknown> = async () => {},
): Promise<EngineOnArray> => {
  const name = `slow-${crypto.randomUUID()}`;
  const array = memoryArray(name);
  let on: EngineOnArray | undefined;
  const definition = defineDriver({
    ...memory,
    name: 'slow',
    create: (chosen, environment): Driver => {
      const driver = memory.create(chosen as Parameters<typeof memory.create>[0], environment);
      const { resources } = driver;
      if (resources === undefined) return driver;
      const listResources = async function* () {
        if (on !== undefined) await before(on);
        const listed = await Array.fromAsync(await resources.listResources());
        if (on !== undefined) await between(on);
        yield* listed;
      };
      return { ...driver, resources: { ...resources, listResources: async () => listResources() } };
    },
  }) as DriverDefinition;
  const provided = provideDriver(definition);
  onTestFinished(() => provided[Symbol.dispose]());
  const engine = await openEngine();
  const backend = await engine.addBackend({ name, driver: provided.name, options: { array: name, ...options } });
  on = { engine, backend, array };
  return on;
};

describe('what others do between the two reads is no difference', () => {
  test.each([
    ['create a volume', async ({ backend }: EngineOnArray) => backend.createVolume({ size: 1 })],
    ['delete a volume', async ({ backend }: EngineOnArray) => (await backend.volumes())[0]?.delete()],
    [
      'extend a volume',
      async ({ backend }: EngineOnArray) => {
        const [volume] = await backend.volumes();
        await volume?.extend(volume.size + 1);
      },
    ],
    [
      'connect a host, and disconnect it the next time',
      async ({ backend }: EngineOnArray) => {
        const [volume] = await backend.volumes();
        const [connection] = volume?.connections ?? [];
        if (connection === undefined) await volume?.connect(HOST);
        else await connection.disconnect();
      },
    ],
    [
      'adopt a volume',
      async ({ backend, array }: EngineOnArray) => {
        if (array.volumes.has('by-hand')) await backend.adopt({ reference: 'volume/by-hand' }, BECAUSE);
      },
    ],
  ])('when they %s', async (_, between) => {
    const { backend, array } = await onSlowArray(between);
    for (let count = 0; count < 3; count += 1) await backend.createVolume({ size: 1 });
    if (between.toString().includes('adopt')) stray(array, 'by-hand');
    expect((await backend.reconcile()).differences).toEqual([]);
  });

  test('also where a host comes and goes at every look', async () => {
    const disconnect = async ({ backend }: EngineOnArray) => (await backend.volumes())[0]?.connections[0]?.disconnect();
    const connect = async ({ backend }: EngineOnArray) => (await backend.volumes())[0]?.connect(HOST);
    const { backend } = await onSlowArray(connect, {}, disconnect);
    await backend.createVolume({ size: 1 });
    expect(await differences(backend)).toEqual([]);
  });

  test('and what truly differs is reported all the same', async () => {
    const { backend, array } = await onSlowArray(({ backend: busy }) => busy.createVolume({ size: 1 }));
    stray(array, 'by-hand');
    expect(await differences(backend)).toEqual(['unknown volume volume/by-hand']);
  });
});

test('a listing that breaks off is an error without its credentials, and no difference', async () => {
  vi.stubEnv('ARRAY_PASSWORD', 'canary-of-the-array');
  onTestFinished(() => void vi.unstubAllEnvs());
  const broke = () => Promise.reject(new Error(`no login with ${process.env.ARRAY_PASSWORD}`));
  const { backend } = await onSlowArray(broke, { password: { env: 'ARRAY_PASSWORD' } });
  await backend.createVolume({ size: 1 });
  await expect(backend.reconcile()).rejects.toMatchObject({
    code: 'DriverFailed',
    message: expect.stringMatching(/does not list what it has: no login with (?!canary)/),
  });
});
