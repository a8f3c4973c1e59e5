import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Printed, Shell } from './scoria.ts';

describe('scoria kv', () => {
  const shell = new Shell();

  test('set makes the log; get, list and delete; --at remembers', async () => {
    expect(await shell.json('kv', 'set', 'a/b', 'one')).toEqual({ id: 'a/b', key: 'a/b', value: 'one' });
    await shell.json('kv', 'set', 'a/b', 'two');
    expect(await shell.json('kv', 'get', 'a/b')).toEqual({ id: 'a/b', key: 'a/b', value: 'two' });
    expect(await shell.run(['kv', 'get', 'a/b'])).toMatchObject({ code: 0, stdout: 'two\n' });
    expect(await shell.json('kv', 'get', 'a/b', '--at', '1')).toMatchObject({ value: 'one' });
    expect(await shell.json('kv', 'list')).toEqual([{ id: 'a/b', key: 'a/b', value: 'two' }]);
    expect(await shell.json('kv', 'delete', 'a/b')).toEqual({ id: 'a/b', status: 'deleted' });
    expect(await shell.refused('kv', 'get', 'a/b')).toMatchObject({ exit: 3, code: 'KeyNotFound' });
    expect(await shell.json('kv', 'list', '--at', '1')).toEqual([{ id: 'a/b', key: 'a/b', value: 'one' }]);
  });
});

describe('the record', () => {
  const shell = new Shell();
  let volume: Printed;
  beforeAll(async () => {
    await shell.addStore();
    const who = ['--user', 'ada', '--project', 'engines', '--reason', 'ticket 4711'];
    volume = await shell.json(...who, 'volume', 'create', 'store', '1', '--name', 'data');
    await shell.json('volume', 'delete', 'data');
  });

  test('history says who, why and what, in words; with --at, up to then', async () => {
    const all = await shell.json('history');
    const own = await shell.json('history', volume.id);
    expect(own[0]).toMatchObject({
      actor: { user: 'ada', project: 'engines' },
      reason: 'ticket 4711',
      type: 'VolumeCreationRequested',
      command: 'CreateVolume',
      stream: `volume-${volume.id}`,
      position: '3',
    });
    expect(own[0].words).toMatch(/creat/);
    expect(own.at(-1)).toMatchObject({ type: 'VolumeDeleted' });
    expect(own.at(-1)).not.toHaveProperty('reason');
    expect(all.length).toBe(own.length + 2);
    expect(await shell.json('history', '--at', '3')).toHaveLength(3);
    expect(await shell.json('history', 'data', '--at', '3')).toEqual([own[0]]);
    const { stdout } = await shell.run(['history', volume.id]);
    expect(stdout.split('\n')[0]).toMatch(/ada@engines .*\(ticket 4711\)$/);
  });

  test('the actor and the reason come from the environment too', async () => {
    const env = { SCORIA_USER: 'eve', SCORIA_PROJECT: 'garden', SCORIA_REASON: 'apple', SCORIA_LOG: 'other.db' };
    await shell.run(['kv', 'set', 'k', 'v'], { env });
    const [entry] = await shell.json('history', '--log', 'other.db');
    expect(entry).toMatchObject({ actor: { user: 'eve', project: 'garden' }, reason: 'apple' });
  });

  test('capacity over time', async () => {
    const points = await shell.json('capacity', 'store');
    expect(points.map((point: Printed) => point.volumes)).toEqual([0, 1, 0]);
    expect(await shell.json('capacity', '--at', '2')).toEqual(points.slice(0, 1));
  });

  test('events list: of a stream, after a position, so many, as of then', async () => {
    const all = await shell.json('events', 'list');
    expect(all.map(({ position }: Printed) => position)).toEqual(
      all.map((_: Printed, index: number) => String(index + 1)),
    );
    const some = await shell.json('events', 'list', '--stream', `volume-${volume.id}`, '--after', '3', '--limit', '2');
    expect(some).toEqual(all.slice(3, 5));
    expect(await shell.json('events', 'list', '--at', '2')).toEqual(all.slice(0, 2));
  });

  test('events export writes NDJSON, the same to a file as to standard output', async () => {
    const { stdout } = await shell.run(['events', 'export']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const told = await shell.json('events', 'export', 'events.ndjson');
    expect(told).toMatchObject({ file: 'events.ndjson', events: lines.length, position: String(lines.length) });
    expect(readFileSync(shell.path('events.ndjson'), 'utf8')).toBe(stdout);
    expect((await readdir(shell.directory)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect(await shell.refused('events', 'export', 'no/such/directory')).toMatchObject({
      exit: 2,
      code: 'InvalidInput',
    });
  });

  test('events follow goes on until Ctrl-C', async () => {
    const child = shell.start(['events', 'follow', '--after', '2', '--json']);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect(JSON.parse((await lines.next()).value ?? '')).toMatchObject({
      position: '3',
      type: 'VolumeCreationRequested',
    });
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    await shell.json('kv', 'set', 'late', 'news');
    for (;;) {
      const { value } = await lines.next();
      if (JSON.parse(value ?? '').stream === 'kv-late') break;
    }
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  test('dump is a replay, and load brings it back', async () => {
    const { stdout } = await shell.run(['dump']);
    await shell.json('dump', 'same.json');
    expect(readFileSync(shell.path('same.json'), 'utf8')).toBe(stdout);
    const told = await shell.json('dump', 'dump.json', '--with-configuration');
    expect(told).toMatchObject({ file: 'dump.json' });
    expect(JSON.parse(readFileSync(shell.path('dump.json'), 'utf8')).backends[0].options.directory).toBe(
      shell.path('volumes'),
    );
    expect(JSON.parse(stdout).backends[0].options).toBeNull();
    expect(JSON.parse((await shell.run(['dump', '--at', '5'])).stdout).volumes).toMatchObject([{ id: volume.id }]);
    expect(await shell.json('load', 'dump.json', '--log', 'copy.db')).toMatchObject({ source: 'dump.json', events: 2 });
    expect((await shell.run(['dump', '--log', 'copy.db'])).stdout).toBe(stdout);
    expect(await shell.refused('load', 'dump.json')).toMatchObject({ exit: 8, code: 'LogNotEmpty' });
    expect(await shell.refused('load', 'nothing.json', '--log', 'none.db')).toMatchObject({ exit: 2 });
  });

  test('projection list, show and rebuild', async () => {
    const head = (await shell.json('events', 'list')).at(-1).position;
    const listed = await shell.json('projection', 'list');
    expect(listed).toContainEqual(expect.objectContaining({ id: 'inventory', name: 'inventory', position: head }));
    expect(await shell.json('projection', 'rebuild', 'inventory')).toMatchObject([{ id: 'inventory', position: head }]);
    const csv = await shell.run(['projection', 'show', 'capacity', '--prefix', 'current/', '--csv']);
    expect(csv.stdout).toMatch(/^key,kind,allocated_gib,[a-z_,]+\r\ncurrent\/store,current,\d+,[\d,]+\r\n$/);
    const [current] = await shell.json('projection', 'show', 'capacity', '--prefix', 'current/');
    expect(current).toMatchObject({ key: 'current/store', row: { kind: 'current' } });
    expect(await shell.refused('projection', 'show', 'capacity', '--csv')).toMatchObject({
      exit: 2,
      code: 'InvalidInput',
    });
    const names = (await shell.json('projection', 'rebuild')).map(({ id }: Printed) => id);
    expect(names).toEqual(listed.map(({ id }: Printed) => id));
    expect(await shell.json('volume', 'list', '--at', '5')).toMatchObject([{ id: volume.id }]);
    expect(await shell.refused('projection', 'rebuild', 'nope')).toMatchObject({ exit: 3, code: 'ProjectionNotFound' });
  });
});
