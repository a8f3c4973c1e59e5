import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { Running } from './running.ts';
import { type Printed, Shell } from './scoria.ts';

const GATED = fileURLToPath(new URL('./fixtures/gated-driver.ts', import.meta.url));

const HANGING = fileURLToPath(new URL('../commands/drivers/hanging.ts', import.meta.url));

const isThere = (file: string) => expect.poll(() => existsSync(file), { interval: 10, timeout: 20_000 }).toBe(true);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** What the log holds open, which nothing may be after a clean end. */
const openIn = async (shell: Shell): Promise<readonly Printed[]> => {
  await using engine = await createEngine({ log: shell.path('scoria.db'), ifMissing: 'refuse' });
  const types = new Map<string, string[]>();
  for await (const { type, meta } of (await engine.view()).events()) {
    types.set(meta.commandId, [...(types.get(meta.commandId) ?? []), type]);
  }
  const ends = /(ed|Failed|Unknown)$/;
  return [...types.values()].filter((of) => of.at(-1)?.endsWith('Requested') || !of.some((type) => ends.test(type)));
};

describe('a driver call that cannot be stopped', () => {
  const shell = new Shell();
  beforeAll(async () => {
    await shell.json('backend', 'add', 'gated', '--driver', GATED, '--set', `directory=${shell.directory}`);
  });

  test('comes to its end at the first signal, and is recorded', async () => {
    const running = new Running(shell.start(['volume', 'create', 'gated', '1', '--name', 'slow']));
    await isThere(shell.path('begun'));
    running.child.kill('SIGINT');
    await running.printed(/stopping: .* interrupt again to leave at once\n/);
    writeFileSync(shell.path('open'), '');
    expect(await running.ended).toBe(130);
    expect(running.stdout).toContain('(slow): status available');
    expect(running.stderr).toMatch(/interrupted: the command came to its end first\n$/);
    expect(await openIn(shell)).toEqual([]);
    expect(await shell.json('volume', 'list')).toMatchObject([{ name: 'slow', status: 'available' }]);
  });

  test('is left at the second', async () => {
    spawnSync('rm', [shell.path('begun'), shell.path('open')]);
    const running = new Running(shell.start(['volume', 'create', 'gated', '1', '--name', 'left']));
    await isThere(shell.path('begun'));
    running.child.kill('SIGTERM');
    await running.printed(/stopping: /);
    expect(await running.interrupted('SIGTERM')).toBe(143);
    expect(running.stdout).toBe('');
  });
});

describe('a driver call that never ends', () => {
  const shell = new Shell();
  beforeAll(async () => {
    await shell.json('backend', 'add', 'dead', '--driver', HANGING, '--set', `directory=${shell.directory}`);
  });

  test('is given up some seconds after the first signal, with its question too, and recorded as unknown', async () => {
    for (const call of ['createVolume', 'findVolume']) writeFileSync(shell.path(`${call}.nothing`), '');
    const running = new Running(
      shell.start(['volume', 'create', 'dead', '1', '--name', 'lost'], { SCORIA_STOP_TIMEOUT: '0.5' }),
    );
    await isThere(shell.path('hangs'));
    expect(await running.interrupted()).toBe(130);
    expect(running.stderr).toMatch(/code: OutcomeUnknown\n$/);
    expect(await openIn(shell)).toEqual([]);
    expect(await shell.json('recover', '--list')).toMatchObject([{ state: 'question', operation: 'CreateVolume' }]);
  });

  test('ends with its program, and what is asked then is recorded', async () => {
    for (const call of ['createVolume', 'findVolume']) spawnSync('rm', [shell.path(`${call}.nothing`)]);
    writeFileSync(shell.path('createVolume.program'), '');
    const running = new Running(
      shell.start(['volume', 'create', 'dead', '1', '--name', 'not made'], { SCORIA_STOP_TIMEOUT: '0.5' }),
    );
    await isThere(shell.path('pid'));
    await expect.poll(() => readFileSync(shell.path('pid'), 'utf8')).toMatch(/\n/);
    expect(await running.interrupted('SIGTERM')).toBe(143);
    expect(isAlive(Number(readFileSync(shell.path('pid'), 'utf8')))).toBe(false);
    expect(running.stderr).toMatch(/did not take effect[\s\S]*code: DriverFailed\n$/);
  });

  test('does not keep the process alive once its time is over', async () => {
    spawnSync('rm', [shell.path('createVolume.program')]);
    writeFileSync(shell.path('createVolume.nothing'), '');
    const env = { SCORIA_EFFECT_TIMEOUT: '1', SCORIA_RECONCILE_TIMEOUT: '0' };
    const { code, stderr } = await shell.run(['volume', 'create', 'dead', '1'], { env });
    expect(stderr).toMatch(/there was no answer within 1000 ms/);
    expect(code).toBe(7);
  });
});

describe('a copy', () => {
  const shell = new Shell();
  beforeAll(async () => {
    await shell.addStore();
    await shell.json('volume', 'create', 'store', '1', '--name', 'source');
    await shell.json('snapshot', 'create', 'source', '--name', 'before');
    await shell.json('volume', 'create', 'store', '1', '--name', 'other');
    await mkdir(shell.path('bin'));
    const lines = [
      '#!/bin/sh',
      'for to; do :; done',
      'echo half > "$to"',
      `echo $$ > ${shell.path('pid')}`,
      'exec sleep 600',
    ];
    writeFileSync(shell.path('bin/cp'), `${lines.join('\n')}\n`, { mode: 0o755 });
  });

  const copying = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', ...args: readonly string[]) => {
    spawnSync('rm', ['-f', shell.path('pid')]);
    const running = new Running(shell.start(args, { PATH: `${shell.path('bin')}:${process.env.PATH}` }));
    await isThere(shell.path('pid'));
    await expect.poll(() => readFileSync(shell.path('pid'), 'utf8')).toMatch(/\n/);
    const code = await running.interrupted(signal);
    return { code, running, pid: Number(readFileSync(shell.path('pid'), 'utf8')) };
  };

  test.each([
    ['SIGINT', 130, ['volume', 'clone', 'source', '--name', 'copy']],
    ['SIGTERM', 143, ['snapshot', 'restore', 'before']],
    ['SIGHUP', 129, ['snapshot', 'revert', 'before']],
    ['SIGINT', 130, ['snapshot', 'create', 'other']],
  ] as const)('stops at %s, and leaves no program, no file and nothing open', async (signal, exit, args) => {
    const files = readdirSync(shell.path('volumes')).sort();
    const { code, running, pid } = await copying(signal, ...args);
    expect({ code, stdout: running.stdout }).toEqual({ code: exit, stdout: '' });
    expect(running.stderr).toContain('error: the copy was stopped before its end\n');
    expect(isAlive(pid)).toBe(false);
    expect(readdirSync(shell.path('volumes')).sort()).toEqual(files);
    expect(await openIn(shell)).toEqual([]);
  });

  test('with --json says so in one document', async () => {
    const { code, running } = await copying('SIGINT', 'volume', 'clone', 'other', '--json');
    expect(code).toBe(130);
    expect(JSON.parse(running.stderr).error).toMatchObject({ code: 'DriverFailed' });
  });
});

describe('long work on a log', () => {
  const shell = new Shell();
  let head: bigint;
  let lines: string;
  beforeAll(async () => {
    await using engine = await createEngine({ log: ':memory:' });
    const values = Array.from({ length: 12_000 }, (_, index) => index);
    await Promise.all(values.map((index) => engine.keyValues.set(`k${index % 100}`, `v${index}`)));
    const view = await engine.view();
    head = view.position;
    const parts: string[] = [];
    for await (const line of view.exportEvents()) parts.push(line);
    lines = parts.join('');
    writeFileSync(shell.path('events.ndjson'), lines);
    await shell.json('load', 'events.ndjson');
  });

  /** Interrupts a command in the middle; one that was done before anybody saw it at work is started again. */
  const caught = async (args: readonly string[], signal: 'SIGINT' | 'SIGTERM', isUnderWay: () => boolean) => {
    for (;;) {
      const running = new Running(shell.start(args));
      while (running.child.exitCode === null && !isUnderWay()) await nextTurn();
      if (running.child.exitCode === null) return { running, code: await running.interrupted(signal) };
      await running.ended;
    }
  };

  test('load: all or nothing', async () => {
    const running = new Running(shell.start(['load', '-', '--log', 'loaded.db']));
    // More than a pipe holds: it is being read.
    await new Promise((resolve) => running.child.stdin.write(lines, resolve));
    expect(await running.interrupted()).toBe(130);
    expect(running.stderr).toBe('interrupted: stopped before the end of the text; nothing was loaded\n');
    expect(await shell.json('events', 'list', '--log', 'loaded.db')).toEqual([]);
    expect(await shell.json('load', 'events.ndjson', '--log', 'loaded.db')).toMatchObject({ events: Number(head) });
  });

  test('rebuild: the old rows or the new ones, and nothing beside them', async () => {
    const tables = (): readonly string[] => {
      using database = new DatabaseSync(shell.path('scoria.db'), { readOnly: true });
      const rows = database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_new\\_%' ESCAPE '\\'")
        .all();
      return rows.map(({ name }) => String(name));
    };
    const { running, code } = await caught(['projection', 'rebuild'], 'SIGINT', () => tables().length > 0);
    expect(code).toBe(130);
    expect(running.stderr).toMatch(/^interrupted: /);
    expect(tables()).toEqual([]);
    expect(await shell.json('projection', 'list')).toContainEqual(
      expect.objectContaining({ id: 'inventory', position: String(head) }),
    );
    expect((await shell.json('kv', 'list')).length).toBe(100);
  });

  test('a file is written whole or not at all', async () => {
    const parts = () => readdirSync(shell.directory).filter((name) => name.endsWith('.partial'));
    const { code } = await caught(['events', 'export', 'out.ndjson'], 'SIGTERM', () => parts().length > 0);
    expect(code).toBe(143);
    expect(parts()).toEqual([]);
    // It may have been done between the look and the signal; then it is whole.
    const written = existsSync(shell.path('out.ndjson')) ? readFileSync(shell.path('out.ndjson'), 'utf8') : null;
    expect([null, lines]).toContain(written);
  });

  test('a read ends', async () => {
    // Nobody takes what it writes.
    const child = shell.start(['events', 'list', '--json']);
    await new Promise((resolve) => child.stdout.once('readable', resolve));
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

describe('waiting', () => {
  const shell = new Shell();

  test('for standard input ends, and nothing was done', async () => {
    await shell.addStore();
    await shell.json('volume', 'create', 'store', '1', '--name', 'data');
    const before = await shell.json('events', 'list');
    const running = new Running(shell.start(['connection', 'create', 'data', '--connector', '-', '--json']));
    await new Promise((resolve) => running.child.stdin.write('{"host":', resolve));
    running.child.kill('SIGINT');
    // It may come before the command listens: then the signal itself ended it.
    expect([130, 'SIGINT']).toContain(await running.ended);
    expect(await shell.json('events', 'list')).toEqual(before);
  });
});

describe('the quickstart', () => {
  const shell = new Shell();

  test.each(['attach', 'snapshot', 'clone'])('after %s deletes its volumes', async (step) => {
    const running = new Running(shell.start(['quickstart', '--log', `${step}/quick.db`]));
    await running.printed(new RegExp(`^${step} `, 'm'));
    expect(await running.interrupted()).toBe(130);
    expect(running.stderr).toContain('interrupted: the volumes are deleted again');
    expect(readdirSync(shell.path(`${step}/scoria-quickstart-volumes`))).toEqual([]);
    expect(await shell.json('volume', 'list', '--log', `${step}/quick.db`)).toEqual([]);
    const loops = spawnSync('losetup', ['-a'], { encoding: 'utf8' }).stdout ?? '';
    expect(loops).not.toContain(shell.directory);
  });
});
