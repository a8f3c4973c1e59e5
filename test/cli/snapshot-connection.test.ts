import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectorProperties } from '../../src/index.ts';
import { Shell } from './scoria.ts';

const GIB = 1024 ** 3;

describe('scoria snapshot', () => {
  const shell = new Shell();
  let volume: string;
  let snapshot: string;
  const first = (id: string) => {
    const bytes = Buffer.alloc(4);
    const file = openSync(shell.path(`volumes/volume-${id}`), 'r');
    readSync(file, bytes);
    closeSync(file);
    return bytes.toString();
  };
  beforeAll(async () => {
    await shell.addStore();
    volume = (await shell.json('volume', 'create', 'store', '1', '--name', 'data')).id;
    writeFileSync(shell.path(`volumes/volume-${volume}`), 'old!', { flag: 'r+' });
  });

  test('create keeps the bytes, list and show read it', async () => {
    const made = await shell.json('snapshot', 'create', 'data', '--name', 's1', '--metadata', 'k=v');
    expect(made).toMatchObject({
      name: 's1',
      volume_id: volume,
      volume_size: 1,
      status: 'available',
      metadata: { k: 'v' },
    });
    snapshot = made.id;
    writeFileSync(shell.path(`volumes/volume-${volume}`), 'new!', { flag: 'r+' });
    expect(await shell.json('snapshot', 'list')).toMatchObject([{ id: snapshot }]);
    expect(await shell.json('snapshot', 'list', 'data')).toMatchObject([{ id: snapshot }]);
    expect(await shell.json('snapshot', 'show', 's1')).toMatchObject({ id: snapshot });
    expect(await shell.refused('volume', 'delete', 'data')).toMatchObject({ exit: 4, code: 'VolumeHasSnapshots' });
  });

  test('restore and revert bring the bytes back', async () => {
    const restored = await shell.json('snapshot', 'restore', 's1', '--size', '2', '--name', 'again');
    expect(restored).toMatchObject({ name: 'again', size: 2, snapshot_id: snapshot, status: 'available' });
    expect(first(restored.id)).toBe('old!');
    expect(statSync(shell.path(`volumes/volume-${restored.id}`)).size).toBe(2 * GIB);
    expect(first(volume)).toBe('new!');
    expect(await shell.json('snapshot', 'revert', 's1')).toMatchObject({ id: volume, status: 'available' });
    expect(first(volume)).toBe('old!');
  });

  test('delete may be repeated, and --at remembers', async () => {
    const [{ position }] = await shell
      .json('events', 'list', '--stream', `volume-${volume}`)
      .then((all) => all.slice(-1));
    expect(await shell.json('snapshot', 'delete', 's1')).toEqual({ id: snapshot, status: 'deleted' });
    expect(await shell.json('snapshot', 'delete', snapshot)).toEqual({ id: snapshot, status: 'deleted' });
    expect(await shell.refused('snapshot', 'delete', 's1')).toMatchObject({ exit: 3, code: 'SnapshotNotFound' });
    expect(await shell.json('snapshot', 'list', 'data')).toEqual([]);
    expect(await shell.json('snapshot', 'list', 'data', '--at', position)).toMatchObject([{ id: snapshot }]);
    expect(await shell.json('snapshot', 'show', 's1', '--at', position)).toMatchObject({ id: snapshot });
  });
});

describe('scoria connection', () => {
  const shell = new Shell();
  let volume: string;
  let connection: string;
  beforeAll(async () => {
    await shell.addStore();
    volume = (await shell.json('volume', 'create', 'store', '1', '--name', 'data')).id;
  });

  test('create takes the connector from a file, and says what is wrong with one', async () => {
    await writeFile(shell.path('node1.json'), '{"host":"node1"}');
    await writeFile(shell.path('broken.json'), '{');
    const create = (...args: string[]) => ['connection', 'create', 'data', '--connector', ...args];
    expect(await shell.refused(...create('broken.json'))).toMatchObject({ exit: 2, code: 'InvalidInput' });
    expect(await shell.refused(...create('missing.json'))).toMatchObject({ exit: 2, code: 'InvalidInput' });
    const made = await shell.json(
      ...create('node1.json', '--mode', 'ro', '--attached-host', 'n1', '--instance-uuid', 'i1'),
    );
    expect(made).toMatchObject({
      volume_id: volume,
      status: 'reserved',
      attach_mode: 'ro',
      attached_host: 'n1',
      instance_uuid: 'i1',
      connection_info: { driver_volume_type: 'local' },
    });
    connection = made.id;
  });

  test('list and show read it, report-device records what the other host attached', async () => {
    expect(await shell.json('connection', 'list')).toMatchObject([{ id: connection }]);
    expect(await shell.json('connection', 'list', 'data')).toMatchObject([{ id: connection, path: null }]);
    const reported = await shell.json('connection', 'report-device', connection, '--path', '/dev/sdx');
    expect(reported).toMatchObject({ id: connection, path: '/dev/sdx', status: 'attached' });
    expect(await shell.json('connection', 'show', connection)).toMatchObject({ id: connection, path: '/dev/sdx' });
  });

  test('delete refuses what is attached, unless by force; it may be repeated, and --at remembers', async () => {
    const [{ position }] = await shell.json('events', 'list').then((all) => all.slice(-1));
    expect(await shell.refused('connection', 'delete', connection)).toMatchObject({
      exit: 4,
      code: 'InvalidConnection',
    });
    const deleted = { id: connection, status: 'deleted' };
    expect(await shell.json('connection', 'delete', connection, '--force', '--reason', 'gone')).toEqual(deleted);
    expect(await shell.json('connection', 'delete', connection)).toEqual(deleted);
    expect(await shell.json('connection', 'list')).toEqual([]);
    expect(await shell.json('connection', 'list', 'data', '--at', position)).toMatchObject([{ id: connection }]);
    expect(await shell.json('connection', 'show', connection, '--at', position)).toMatchObject({ id: connection });
  });

  test("this host's connector comes over a pipe; attach and detach work on the connection", async () => {
    const { stdout: properties } = await shell.run(['connector']);
    expect(await shell.json('connector', '--multipath')).toEqual(await connectorProperties({ multipath: true }));
    const enforcing = await connectorProperties({ enforceMultipath: true });
    expect(await shell.json('connector', '--enforce-multipath')).toEqual(enforcing);
    expect(await shell.json('connector', '--rbd-mapper', 'krbd')).toMatchObject({ rbd_mapper: 'krbd' });
    const piped = ['connection', 'create', 'data', '--connector', '-', '--json'];
    const { stdout } = await shell.run(piped, { input: properties });
    const { id } = JSON.parse(stdout);
    const attached = await shell.json('connection', 'attach', id);
    expect(attached).toMatchObject({ id, status: 'attached' });
    expect(existsSync(attached.path)).toBe(true);
    expect(await shell.json('connection', 'detach', id)).toMatchObject({ id, status: 'reserved', path: null });
    expect(await shell.json('connection', 'delete', id)).toEqual({ id, status: 'deleted' });
  });
});
