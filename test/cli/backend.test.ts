import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Shell } from './scoria.ts';

describe('scoria backend', () => {
  const shell = new Shell();

  test('add makes the log and answers the backend, whose name is its id', async () => {
    const options = ['--set', `directory=${shell.path('a=b')}`, '--set', 'max_over_subscription_ratio=5.0'];
    const added = await shell.json('backend', 'add', 'store', '--driver', 'file', ...options);
    expect(added).toMatchObject({
      id: 'store',
      name: 'store',
      driver: 'file',
      status: 'available',
      options: { directory: shell.path('a=b'), max_over_subscription_ratio: '5.0' },
    });
    expect(existsSync(shell.path('scoria.db'))).toBe(true);
    expect(existsSync(shell.path('a=b'))).toBe(true);
  });

  test('list, show and stats read it', async () => {
    expect(await shell.json('backend', 'list')).toMatchObject([{ id: 'store', name: 'store' }]);
    expect(await shell.json('backend', 'show', 'store')).toMatchObject({
      id: 'store',
      capabilities: ['clone', 'extend', 'extend_online', 'manage', 'multiattach', 'resources', 'revert', 'snapshots'],
    });
    const now = await shell.json('backend', 'stats', 'store');
    expect(now).toMatchObject({ id: 'store', storage_protocol: 'file', pools: [{ max_over_subscription_ratio: 5 }] });
    const then = await shell.json('backend', 'stats', 'store', '--at', '2');
    expect(then.pools[0].total_capacity_gb).toBe(now.pools[0].total_capacity_gb);
  });

  test('change sets and unsets options', async () => {
    const set = await shell.json('backend', 'change', 'store', '--set', 'reserved_percentage=7');
    expect(set.options).toMatchObject({ reserved_percentage: 7, max_over_subscription_ratio: '5.0' });
    const unset = await shell.json('backend', 'change', 'store', '--unset', 'max_over_subscription_ratio');
    expect(unset.options).toMatchObject({ reserved_percentage: 7, max_over_subscription_ratio: '20.0' });
  });

  test('freeze refuses what changes the array, thaw allows it', async () => {
    expect(await shell.json('backend', 'freeze', 'store')).toMatchObject({ id: 'store', frozen: 'frozen' });
    expect(await shell.refused('volume', 'create', 'store', '1')).toMatchObject({ exit: 4, code: 'BackendFrozen' });
    expect(await shell.json('backend', 'thaw', 'store')).toMatchObject({ id: 'store', frozen: 'thawed' });
  });

  test('validate-connector says whether the driver could connect the host', async () => {
    await writeFile(shell.path('good.json'), '{"host":"node1"}');
    await writeFile(shell.path('bad.json'), '{"ip":"10.0.0.1"}');
    const good = await shell.json('backend', 'validate-connector', 'store', '--connector', 'good.json');
    expect(good).toEqual({ id: 'store', name: 'store', valid: true });
    const bad = await shell.refused('backend', 'validate-connector', 'store', '--connector', 'bad.json');
    expect(bad).toMatchObject({ exit: 2, code: 'InvalidConnector' });
  });

  test('remove forgets it, and --at remembers', async () => {
    expect(await shell.json('backend', 'remove', 'store')).toEqual({ id: 'store', status: 'deleted' });
    expect(await shell.json('backend', 'list')).toEqual([]);
    expect(await shell.json('backend', 'list', '--at', '2')).toMatchObject([{ id: 'store' }]);
    expect(await shell.json('backend', 'show', 'store', '--at', '2')).toMatchObject({ id: 'store' });
    expect(await shell.refused('backend', 'show', 'store')).toMatchObject({ exit: 3, code: 'BackendNotFound' });
  });
});

describe('scoria driver and connector', () => {
  const shell = new Shell();

  test('tell without a log', async () => {
    expect(await shell.json('driver', 'list')).toMatchObject([
      { id: 'file', name: 'file' },
      { id: 'lvm' },
      { id: 'memory' },
      { id: 'rbd' },
    ]);
    const { options } = await shell.json('driver', 'show', 'file');
    expect(options).toContainEqual(expect.objectContaining({ name: 'directory', required: true }));
    expect(options).toContainEqual(expect.objectContaining({ name: 'reserved_percentage', default: 0 }));
    expect(await shell.refused('driver', 'show', 'fiel')).toMatchObject({ exit: 2, code: 'UnknownDriver' });
    expect(await shell.json('connector')).toMatchObject({ host: expect.any(String), ip: expect.any(String) });
    expect(existsSync(shell.path('scoria.db'))).toBe(false);
  });
});
