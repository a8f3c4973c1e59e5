import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { memoryArray } from '../../../src/index.ts';
import { Shell } from '../../cli/scoria.ts';
import { openEngine } from '../../support/engine.ts';
import { SmallDisk } from './small-disk.ts';

const INDEX = new URL('../../../src/index.ts', import.meta.url).href;

describe('a log on a file system that can only be read', () => {
  const shell = new Shell();

  test('is read by every verb that reads, and written by none', async () => {
    const disk = new SmallDisk(4_096);
    const log = ['--log', disk.path('log.db')];
    await shell.json('backend', 'add', 'store', '--driver', 'memory', ...log);
    await shell.json('kv', 'set', 'a', 'b', ...log);
    disk.readOnly();
    expect(await shell.json('kv', 'get', 'a', ...log)).toMatchObject({ value: 'b' });
    expect(await shell.json('backend', 'list', ...log)).toHaveLength(1);
    expect((await shell.run(['audit', 'verify', ...log])).code).toBe(0);
    const refused = { exit: 8, code: 'LogReadOnly', details: { file: disk.path('log.db') } };
    expect(await shell.refused('kv', 'set', 'a', 'c', ...log)).toMatchObject(refused);
    expect(await shell.refused('volume', 'create', 'store', '1', ...log)).toMatchObject(refused);
    expect(await shell.refused('projection', 'rebuild', ...log)).toMatchObject(refused);
    expect(
      await shell.refused('backend', 'add', 'x', '--driver', 'memory', '--log', disk.path('new.db')),
    ).toMatchObject({
      exit: 8,
      code: 'LogUnavailable',
    });
    disk.writable();
    await shell.json('kv', 'set', 'a', 'c', ...log);
  });

  test('while a process has it open refuses commands before the driver is called, and goes on afterwards', async () => {
    const disk = new SmallDisk(4_096);
    const engine = await openEngine({ log: disk.path('log.db') });
    const backend = await engine.addBackend({ name: 'store', driver: 'memory', options: { array: disk.directory } });
    const volume = await backend.createVolume({ size: 1 });
    const { calls } = memoryArray(disk.directory);
    const before = calls.length;
    await engine.close();
    disk.readOnly();
    const again = await openEngine({ log: disk.path('log.db') });
    await expect((await again.volume(volume.id)).extend(2)).rejects.toMatchObject({ code: 'LogReadOnly' });
    expect(calls).toHaveLength(before);
    await again.close();
    disk.writable();
    expect(await (await (await openEngine({ log: disk.path('log.db') })).volume(volume.id)).extend(2)).toMatchObject({
      size: 2,
    });
  });
});

describe('a user without a name', () => {
  test('is recorded by its number', async () => {
    // The user is changed last: it may not read where this is checked out.
    const program = `
      const { createEngine } = await import(${JSON.stringify(INDEX)});
      process.setuid(54321);
      const engine = await createEngine({ log: ':memory:' });
      await engine.keyValues.set('a', 'b');
      for await (const { meta } of (await engine.view()).events()) console.log(meta.actor.user);
    `;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('54321');
  });
});
