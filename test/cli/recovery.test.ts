import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Running } from './running.ts';
import { Shell } from './scoria.ts';

const GATED = fileURLToPath(new URL('./fixtures/gated-driver.ts', import.meta.url));

const isThere = (file: string) => vi.waitUntil(() => existsSync(file), { interval: 10, timeout: 20_000 });

const killed = async (running: Running, when: Promise<unknown>): Promise<void> => {
  await when;
  running.child.kill('SIGKILL');
  expect(await running.ended).toBe('SIGKILL');
};

describe('a command that was killed in a driver call', () => {
  const shell = new Shell();
  beforeAll(async () => {
    await shell.json('backend', 'add', 'gated', '--driver', GATED, '--set', `directory=${shell.directory}`);
    await killed(
      new Running(shell.start(['volume', 'create', 'gated', '1', '--name', 'lost'])),
      isThere(shell.path('begun')),
    );
  });

  test('is listed as what it is', async () => {
    const [open] = await shell.json('recover', '--list');
    expect(open).toMatchObject({ operation: 'CreateVolume', kind: 'volume', state: 'gone', question: null });
    const { stdout } = await shell.run(['recover', '--list']);
    expect(stdout).toMatch(/CreateVolume +volume/);
  });

  test('is settled by `recover`, once', async () => {
    const [recovered] = await shell.json('recover', '--reason', 'the machine was restarted');
    expect(recovered).toMatchObject({ operation: 'CreateVolume', outcome: 'failed' });
    expect(recovered.rejection.message).toContain('did not take effect');
    expect(await shell.json('recover')).toEqual([]);
    expect(await shell.json('recover', '--list')).toEqual([]);
    const history = await shell.json('history', 'lost');
    expect(history.at(-2)).toMatchObject({ reason: 'the machine was restarted' });
    expect(history.at(-2).words).toMatch(/^operation taken over from \S+$/);
    expect(await shell.json('volume', 'delete', 'lost')).toMatchObject({ status: 'deleted' });
  });
});

describe('a copy that was killed while a program wrote it', () => {
  const shell = new Shell();
  const programs = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(shell.directory) && /^\d+$/.test(pid);
      } catch {
        return false;
      }
    });

  test('leaves no program, no half a copy and no open operation when the next command comes', async () => {
    const directory = shell.path('volumes');
    await shell.json('backend', 'add', 'store', '--driver', 'file', '--set', `directory=${directory}`);
    await shell.json('volume', 'create', 'store', '1', '--name', 'source');
    await mkdir(shell.path('bin'));
    // Begins to copy, and goes on for ever.
    const lines = [
      '#!/bin/sh',
      'for to; do :; done',
      'printf half > "$to"',
      `touch '${shell.path('copying')}'`,
      'exec tail -f "$to"',
    ];
    await writeFile(shell.path('bin/cp'), `${lines.join('\n')}\n`);
    await chmod(shell.path('bin/cp'), 0o755);
    const slow = { PATH: `${shell.path('bin')}:${process.env.PATH}` };
    const copying = new Running(shell.start(['volume', 'clone', 'source', '--name', 'copy'], slow));
    await killed(copying, isThere(shell.path('copying')));
    expect(programs()).not.toEqual([]);
    rmSync(shell.path('bin'), { recursive: true });

    const [recovered] = await shell.json('recover');
    expect(recovered).toMatchObject({ operation: 'CloneVolume', outcome: 'failed' });
    expect(programs()).toEqual([]);
    expect(await shell.json('recover', '--list')).toEqual([]);
    const [source] = await shell.json('volume', 'list', '--name', 'source');
    expect(readdirSync(directory).filter((name) => name.startsWith('volume-'))).toEqual([`volume-${source.id}`]);
    await shell.json('volume', 'delete', 'copy');
    expect(await shell.json('volume', 'delete', 'source')).toMatchObject({ status: 'deleted' });
    expect(readdirSync(directory).filter((name) => name !== '.scoria' && !name.startsWith('.'))).toEqual([]);
    expect(existsSync(join(directory, `volume-${source.id}`))).toBe(false);
  });
});

/** Leases that run out soon. */
const impatient = async (): Promise<Shell> => {
  const shell = new Shell();
  await writeFile(shell.path('scoria.yaml'), 'lease: 1\n');
  return shell;
};

test('a process that was stopped is taken for gone, and does and records nothing more when it comes back', async () => {
  const shell = await impatient();
  await shell.json('backend', 'add', 'gated', '--driver', GATED, '--set', `directory=${shell.directory}`);
  const running = new Running(shell.start(['volume', 'create', 'gated', '1', '--name', 'late']));
  await isThere(shell.path('begun'));
  running.child.kill('SIGSTOP');
  expect(await shell.json('recover')).toMatchObject([{ operation: 'CreateVolume', outcome: 'failed' }]);
  const settled = await shell.json('history', 'late');
  running.child.kill('SIGCONT');
  await writeFile(shell.path('open'), '');
  expect(await running.ended).not.toBe(0);
  expect(existsSync(shell.path('written'))).toBe(false);
  expect(await shell.json('history', 'late')).toEqual(settled);
});

test('an executor of another host is gone when somebody says so', async () => {
  const shell = await impatient();
  await shell.json('backend', 'add', 'gated', '--driver', GATED, '--set', `directory=${shell.directory}`);
  const running = new Running(shell.start(['volume', 'create', 'gated', '1']));
  await isThere(shell.path('begun'));
  const [open] = await shell.json('recover', '--list');
  expect(open).toMatchObject({ state: 'open' });
  expect(await shell.json('recover')).toEqual([]);
  expect(await shell.json('recover', '--gone', open.executor)).toMatchObject([{ outcome: 'failed' }]);
  await writeFile(shell.path('open'), '');
  // It comes back, and finds that its operation is another's.
  expect(await running.ended).not.toBe(0);
  expect(await shell.json('recover', '--list')).toEqual([]);
});
