import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectorProperties, type Logger } from '../../src/index.ts';
import { scratch } from '../eventlog/scratch.ts';
import { engineOnArray, openEngine } from '../support/engine.ts';

const files = scratch();

/** What programs that were written for cinderlib lean on, and no other test shows. */
describe('engines', () => {
  test('are as many as one likes in one process, each with a project, a user and a logger of its own', async () => {
    const said: string[] = [];
    const ignore = () => {};
    const logger: Logger = { debug: ignore, info: ignore, warn: (_, words) => said.push(words), error: ignore };
    const policy = { requireReason: true };
    const { backend: loud } = await engineOnArray({ user: 'ada', project: 'acme', logger });
    const { backend: quiet } = await engineOnArray({ user: 'grace', project: 'navy' });
    for (const [backend, owner] of [
      [loud, { user_id: 'ada', project_id: 'acme' }],
      [quiet, { user_id: 'grace', project_id: 'navy' }],
    ] as const) {
      expect((await backend.createVolume({ size: 1 })).record).toMatchObject(owner);
    }
    const silent = await openEngine({ policy });
    await expect(silent.keyValues.set('a', 'b')).rejects.toMatchObject({ code: 'RefusedByPolicy' });
    expect(said).toEqual([]);
    const telling = await openEngine({ policy, logger });
    await expect(telling.keyValues.set('a', 'b')).rejects.toMatchObject({ code: 'RefusedByPolicy' });
    expect(said).toHaveLength(1);
  });

  test('read and dump a volume whose backend cannot be used here', async () => {
    const log = files.file();
    const module = join(files.directory, 'driver.ts');
    const memory = new URL('../../src/drivers/memory/driver.ts', import.meta.url);
    writeFileSync(module, `export { default } from '${memory.pathname}';\n`);
    const elsewhere = await openEngine({ log });
    const backend = await elsewhere.addBackend({ name: 'store', driver: module });
    const { id } = await backend.createVolume({ size: 1, name: 'data' });
    await elsewhere.close();
    rmSync(module);
    const engine = await openEngine({ log });
    expect(await engine.volume(id)).toMatchObject({ name: 'data', status: 'available', backend_name: 'store' });
    expect(await (await engine.view()).dump()).toContain(id);
  });
});

describe('a backend', () => {
  test('tells its pools, of which a volume may name one', async () => {
    const { backend } = await engineOnArray();
    const [pool_name = ''] = backend.pool_names;
    expect((await backend.createVolume({ size: 1, pool_name })).record.pool_name).toBe(backend.name);
    await expect(backend.createVolume({ size: 1, pool_name: 'other' })).rejects.toMatchObject({ code: 'InvalidInput' });
  });
});

describe('an object', () => {
  test('is as it was last seen until it is refreshed; lists are read each time', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const same = await engine.volume(volume.id);
    await same.extend(2);
    const snapshot = await same.createSnapshot();
    const connection = await same.connect({ host: 'node7' });
    await backend.createVolume({ size: 1 });
    expect(volume).toMatchObject({ size: 1, snapshots: [] });
    expect(await volume.refresh()).toMatchObject({ size: 2, snapshots: [{ volume_size: 2 }] });
    expect(await backend.volumes()).toHaveLength(2);
    await (await engine.backend(backend.name)).freeze();
    expect(backend.record.frozen).toBe('thawed');
    expect((await backend.refresh()).record.frozen).toBe('frozen');
    await backend.thaw();
    await (await engine.connection(connection.id)).disconnect();
    expect(connection.connected).toBe(true);
    await expect(connection.refresh()).rejects.toMatchObject({ code: 'ConnectionNotFound' });
    await (await engine.snapshot(snapshot.id)).delete();
    expect(snapshot.status).toBe('available');
    await expect(snapshot.refresh()).rejects.toMatchObject({ code: 'SnapshotNotFound' });
  });

  test('is found by its id and by its name, which several may have', async () => {
    const { engine, backend } = await engineOnArray();
    const { id } = await backend.createVolume({ size: 1, name: 'data' });
    expect((await engine.volumeNamed('data')).id).toBe(id);
    const snapshot = await (await engine.volume(id)).createSnapshot({ name: 'nightly' });
    expect((await engine.snapshotNamed('nightly')).id).toBe(snapshot.id);
    await backend.createVolume({ size: 1, name: 'data' });
    expect(await engine.volumes({ name: 'data', backend: backend.name })).toHaveLength(2);
    await expect(engine.volumeNamed('data')).rejects.toMatchObject({ code: 'AmbiguousName' });
  });

  test('is JSON with what belongs to it, and never in a circle', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1, name: 'data' });
    const snapshot = await volume.createSnapshot({ name: 'nightly' });
    const connection = await volume.connect({ host: 'node7' });
    const written = JSON.parse(JSON.stringify({ backend, volume, snapshot, connection }));
    expect(written).toMatchObject({
      backend: { name: backend.name },
      volume: { id: volume.id, snapshots: [{ id: snapshot.id }], connections: [{ id: connection.id }] },
      snapshot: { volume_id: volume.id, name: 'nightly' },
      connection: { volume_id: volume.id, connector: { host: 'node7' } },
    });
    expect((await snapshot.volume()).id).toBe(volume.id);
    expect((await engine.connection(connection.id)).toJSON()).toEqual(connection.toJSON());
  });

  test('tells of its connection what cinderlib tells', async () => {
    const { backend, array } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.attach({ attach_mode: 'ro' });
    expect(connection).toMatchObject({
      protocol: 'memory',
      connected: true,
      attached: true,
      attach_mode: 'ro',
      use_multipath: false,
      path: `memory://${array.name}/${volume.id}`,
      device: { path: connection.path },
      connector_info: { host: hostname() },
      conn_info: { driver_volume_type: 'memory' },
    });
  });
});

describe('a volume that is not attached on this host', () => {
  test('is detached already', async () => {
    const { engine, backend } = await engineOnArray();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect({ host: 'node7' });
    const { position } = await engine.view();
    expect((await volume.detach()).local_attach).toBeNull();
    expect((await engine.view()).position).toBe(position);
    expect((await volume.refresh()).connections).toMatchObject([{ id: connection.id }]);
  });
});

describe('a consumer', () => {
  test('leaves its connector properties under a key, by which it is connected from elsewhere', async () => {
    const log = files.file();
    const consumer = await openEngine({ log });
    await consumer.keyValues.set('node7', JSON.stringify(await connectorProperties()));
    const controller = await openEngine({ log });
    const backend = await controller.addBackend({ name: `array-${log}`.replaceAll('/', '-'), driver: 'memory' });
    const volume = await backend.createVolume({ size: 1 });
    const connector = JSON.parse((await controller.keyValues.get('node7')) ?? '');
    const { id } = await volume.connect(connector, { attached_host: 'node7' });
    const connection = await consumer.connection(id);
    expect((await connection.attach()).path).toContain(volume.id);
    expect((await volume.refresh()).connections).toMatchObject([
      { attached: true, record: { attached_host: 'node7' } },
    ]);
  });
});
