import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Shell } from './scoria.ts';

const GIB = 1024 ** 3;

describe('scoria volume', () => {
  const shell = new Shell();
  const id = randomUUID();
  const file = () => shell.path(`volumes/volume-${id}`);
  beforeAll(() => shell.addStore());

  test('create takes all that may be said of a volume, and makes the file', async () => {
    const said = ['--name', 'data', '--description', 'for tests', '--bootable', '--multiattach', '--id', id];
    const where = ['--pool-name', 'store', '--availability-zone', 'az1', '--host', 'h@store#store'];
    const specs = ['--metadata', 'a=b=c', '--metadata', 'd=', '--extra-spec', 'e=f', '--qos-spec', 'iops=9'];
    const owner = ['--owner-user', 'grace', '--owner-project', 'navy'];
    const made = await shell.json('volume', 'create', 'store', '1', ...said, ...where, ...specs, ...owner);
    expect(made).toMatchObject({
      id,
      name: 'data',
      description: 'for tests',
      size: 1,
      status: 'available',
      bootable: true,
      multiattach: true,
      pool_name: 'store',
      availability_zone: 'az1',
      host: 'h@store#store',
      metadata: { a: 'b=c', d: '' },
      extra_specs: { e: 'f' },
      qos_specs: { iops: '9' },
      user_id: 'grace',
      project_id: 'navy',
      snapshots: [],
      connections: [],
    });
    expect(statSync(file()).size).toBe(GIB);
  });

  test('list and show read it, by id or name', async () => {
    expect(await shell.json('volume', 'list')).toMatchObject([{ id }]);
    expect(await shell.json('volume', 'list', '--backend', 'other')).toEqual([]);
    expect(await shell.json('volume', 'list', '--name', 'data')).toMatchObject([{ id }]);
    expect(await shell.json('volume', 'show', 'data')).toMatchObject({ id, snapshots: [], connections: [] });
  });

  test('extend, rename and metadata change it', async () => {
    expect(await shell.json('volume', 'extend', 'data', '2')).toMatchObject({ id, size: 2 });
    expect(statSync(file()).size).toBe(2 * GIB);
    const renamed = await shell.json('volume', 'rename', id, 'other', '--description', '');
    expect(renamed).toMatchObject({ id, name: 'other', description: null });
    const set = await shell.json('volume', 'metadata', 'set', 'other', 'x=1', 'y=2=3');
    expect(set.metadata).toEqual({ a: 'b=c', d: '', x: '1', y: '2=3' });
    expect((await shell.json('volume', 'metadata', 'unset', 'other', 'a', 'x')).metadata).toEqual({ d: '', y: '2=3' });
  });

  test('attach answers the connection with the path of its device, detach ends it', async () => {
    const attached = await shell.json('volume', 'attach', 'other', '--mode', 'ro', '--mountpoint', '/mnt');
    expect(attached).toMatchObject({ volume_id: id, status: 'attached', attach_mode: 'ro', mountpoint: '/mnt' });
    expect(existsSync(attached.path)).toBe(true);
    expect(await shell.refused('volume', 'delete', id)).toMatchObject({ exit: 4, code: 'VolumeConnected' });
    const detached = await shell.json('volume', 'detach', 'other');
    expect(detached).toMatchObject({ id, status: 'available', attach_status: 'detached', connections: [] });
  });

  test('clone makes another, and a name of two is ambiguous', async () => {
    const clone = await shell.json('volume', 'clone', 'other', '--size', '3', '--name', 'other');
    expect(clone).toMatchObject({ size: 3, status: 'available', source_volid: id });
    expect(await shell.refused('volume', 'show', 'other')).toMatchObject({ exit: 4, code: 'AmbiguousName' });
    expect(await shell.refused('volume', 'delete', 'other')).toMatchObject({ exit: 4, code: 'AmbiguousName' });
    expect(await shell.json('volume', 'delete', clone.id)).toEqual({ id: clone.id, status: 'deleted' });
  });

  test('delete removes the file, may be repeated, and --at remembers', async () => {
    expect(await shell.json('volume', 'delete', 'other')).toEqual({ id, status: 'deleted' });
    expect(existsSync(file())).toBe(false);
    expect(await shell.json('volume', 'delete', id)).toEqual({ id, status: 'deleted' });
    expect(await shell.json('volume', 'list')).toEqual([]);
    const [created] = await shell.json('events', 'list', '--stream', `volume-${id}`, '--limit', '1');
    expect(await shell.json('volume', 'list', '--at', created.position)).toMatchObject([{ id, status: 'creating' }]);
    expect(await shell.json('volume', 'show', id, '--at', created.meta.at)).toMatchObject({ id, name: 'data' });
  });
});
