import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DRIVER_NAMES } from '../../src/drivers/registry.ts';
import { Shell } from './scoria.ts';

const SIGNALLING = fileURLToPath(new URL('./fixtures/signalling-driver.ts', import.meta.url));
const broken = (name: string): string =>
  fileURLToPath(new URL(`../testing/broken-drivers/${name}.ts`, import.meta.url));

const check = (...args: readonly string[]): readonly string[] => ['driver', 'check', ...args];

/** What others keep on the array. */
const addForeign = async (shell: Shell): Promise<void> => {
  await mkdir(shell.path('volumes'), { recursive: true });
  for (const name of ['volume-1f0e-of-others', 'snapshot-of-others', 'notes.txt']) {
    await writeFile(join(shell.path('volumes'), name), `of others: ${name}`);
  }
};

const contentsOf = async (shell: Shell) => {
  const names = (await readdir(shell.path('volumes'))).toSorted();
  return Promise.all(names.map(async (name) => [name, await readFile(join(shell.path('volumes'), name), 'utf8')]));
};

/** Meanwhile the one volume of a check cannot be deleted. */
const inTheWay = async (shell: Shell, work: (id: string) => Promise<void>): Promise<void> => {
  const names = await readdir(shell.path('volumes'));
  const name = names.find((one) => one.startsWith('volume-5c041ac4-')) ?? '';
  const path = join(shell.path('volumes'), name);
  await rename(path, shell.path('aside'));
  await symlink(shell.path('aside'), path);
  await work(name.slice('volume-'.length));
  await rename(shell.path('aside'), path);
};

const journalsIn = async (shell: Shell): Promise<readonly string[]> =>
  (await readdir(shell.path('journals')))
    .filter((name) => name.endsWith('.db'))
    .map((name) => shell.path(`journals/${name}`));

/** A test in a directory of its own, with nothing in it. */
const inShell = (name: string, body: (shell: Shell) => Promise<void>): void => {
  const shell = new Shell();
  test(name, () => body(shell));
};

describe('scoria driver check', () => {
  inShell('checks a backend of the log: all is well, all is gone, and the log is as it was', async (shell) => {
    await shell.addStore();
    await addForeign(shell);
    const before = [await contentsOf(shell), await shell.json('events', 'list')];
    const args = ['--seed', '5', '--runs', '2', '--max-commands', '10', '--journal', shell.path('journals')];
    const suite = await shell.run(check('store', '--only', 'twice', ...args));
    expect(suite).toMatchObject({ code: 0, stdout: expect.stringContaining('Everything that was made is gone.') });
    expect(suite.stdout).toMatch(/^ok +deletes twice, and what never was$/m);
    expect(suite.stdout).toMatch(/^not supported +freezes and thaws, each twice: the driver has no freeze$/m);
    expect(suite.stderr).toContain('passed: deletes twice, and what never was');
    const { code, stdout, stderr } = await shell.run(check('store', '--only', 'model', ...args));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +the lifecycle model: 2 lives, seed 5$/m);
    expect(stderr).toMatch(/^seed 5; the record of this check is .*journals/);
    expect(stderr).not.toContain('\u001b');
    expect([await contentsOf(shell), await shell.json('events', 'list')]).toEqual(before);
    expect(await readdir(shell.path('journals'))).toEqual([]);
  });

  inShell('checks a driver that no log has, and reports as one JSON document', async (shell) => {
    const report = await shell.json(...check('--driver', 'memory', '--runs', '2', '--seed', '1', '--size', '2'));
    expect(report).toMatchObject({
      driver: 'memory',
      passed: true,
      interrupted: false,
      leftovers: [],
      model: { status: 'passed', runs: 2, seed: 1 },
      journal: null,
    });
    expect(report.capabilities).toContain('freeze');
    expect(report.checks.every(({ status }: { readonly status: string }) => status === 'passed')).toBe(true);
    expect(await readdir(shell.directory)).toEqual([]);
  });

  inShell('shrinks a failure, and its command line repeats exactly that', async (shell) => {
    const args = check('--driver', broken('forgets-old-snapshots'), '--only', 'model', '--seed', '1');
    const env = { TMPDIR: shell.directory };
    const first = await shell.run(args, { env });
    expect(first.code).toBe(6);
    expect(first.stderr).toContain('code: DriverFailed');
    const steps = /shortest sequence that shows it:\n((?: {4}\d+\. .*\n)+)/.exec(first.stdout)?.[1];
    expect(steps?.trim().split('\n')).toHaveLength(4);
    expect(first.stdout).toMatch(/^ +\d+ {2}volume-v0 {2}SnapshotCreated +snapshot v0-s\d created$/m);
    const line = /Exactly this again:\n {4}scoria (.*)\n/.exec(first.stdout)?.[1] ?? '';
    const again = await shell.run(line.split(' '), { env });
    expect(again.code).toBe(6);
    expect(again.stdout).toContain(String(steps));
    expect(again.stdout).toContain('1 life, seed 1');
    const journal = /The record of it is in (.*)/.exec(again.stdout)?.[1] ?? '';
    expect((await shell.json('events', 'list', '--log', journal)).length).toBeGreaterThan(10);
  });

  inShell('keeps the record of what a driver would not delete, and says how to try again', async (shell) => {
    const args = check('--driver', broken('refuses-to-delete'), '--journal', shell.path('journals'));
    const { code, stdout } = await shell.run(args);
    expect(code).toBe(6);
    expect(stdout).toMatch(/^Left on the array:\n {2}volume 5c041ac4-\S+: volume 5c041ac4-\S+ is busy$/m);
    const [journal = ''] = await journalsIn(shell);
    expect(stdout).toContain(`scoria driver check --clean-up ${journal}`);
    // Its array was in the memory of the process that ended.
    expect(await shell.json(...check('--clean-up', journal))).toMatchObject({ removed: 1, leftovers: [] });
    expect(existsSync(journal)).toBe(false);
  });

  inShell('names the method that never answers', async (shell) => {
    const env = { TMPDIR: shell.directory };
    const { code, stdout } = await shell.run(
      check('--driver', broken('never-answers'), '--only', 'keeps bytes from', '--runs', '1'),
      { env },
    );
    expect(code).toBe(6);
    expect(stdout).toMatch(/^FAILED +keeps bytes from one connection to the next\n {4}createExport never ends/m);
    expect(stdout).toContain('Everything that was made is gone.');
  });

  inShell('stopped by Ctrl-C finishes the call, cleans up and ends with 130', async (shell) => {
    await addForeign(shell);
    const before = await contentsOf(shell);
    for (const only of ['model', 'extends, twice', 'leaves for every effect']) {
      const args = ['--set', `directory=${shell.path('volumes')}`, '--set', 'signal=SIGINT', '--only', only];
      const { code, stdout } = await shell.run(
        check('--driver', SIGNALLING, ...args, '--seed', '1', '--journal', shell.path('journals')),
      );
      expect({ code, stdout }).toMatchObject({ code: 130, stdout: expect.stringContaining('interrupted') });
      expect(await contentsOf(shell)).toEqual(before);
      expect(await readdir(shell.path('journals'))).toEqual([]);
    }
  });

  inShell('killed, leaves a record by which all that it made is taken away, and nothing else', async (shell) => {
    await addForeign(shell);
    const before = await contentsOf(shell);
    const options = ['--set', `directory=${shell.path('volumes')}`, '--set', 'signal=SIGKILL'];
    for (const only of ['extends, twice', 'leaves for every effect']) {
      const { code } = await shell.run(
        check('--driver', SIGNALLING, ...options, '--only', only, '--journal', shell.path('journals')),
      );
      expect(code).not.toBe(0);
      const [journal = ''] = await journalsIn(shell);
      expect((await readdir(shell.path('volumes'))).filter((name) => name.startsWith('volume-5c041ac4-'))).toHaveLength(
        1,
      );
      await inTheWay(shell, async (id) => {
        const { code: kept, stdout } = await shell.run(check('--clean-up', journal));
        expect({ kept, stdout }).toEqual({ kept: 6, stdout: expect.stringContaining(`volume ${id}: `) });
        expect(stdout).toContain('0 removed, 1 left');
      });
      expect(await shell.json(...check('--clean-up', journal))).toMatchObject({ leftovers: [], removed: 1 });
      expect(await contentsOf(shell)).toEqual(before);
      expect(await readdir(shell.path('journals'))).toEqual([]);
    }
  });

  inShell('says what is wrong with how it was asked', async (shell) => {
    const invalid = { exit: 2, code: 'InvalidInput' };
    expect(await shell.refused(...check())).toMatchObject({
      ...invalid,
      message: expect.stringContaining('what to check'),
    });
    expect(await shell.refused(...check('store', '--driver', 'memory'))).toMatchObject(invalid);
    expect(await shell.refused(...check('--driver', 'memory', '--only', 'flies'))).toMatchObject({
      ...invalid,
      message: expect.stringContaining('"flies"'),
    });
    expect(await shell.refused(...check('--driver', 'memory', '--path', '1:2'))).toMatchObject({
      ...invalid,
      remedy: expect.stringContaining('--seed'),
    });
    expect(await shell.refused(...check('--driver', 'file'))).toMatchObject({
      exit: 2,
      code: 'InvalidDriverOption',
      message: expect.stringContaining('"directory"'),
    });
    expect(await shell.refused(...check('store'))).toMatchObject({ exit: 8, code: 'LogNotFound' });
    await shell.addStore();
    expect(await shell.refused(...check('stroe'))).toMatchObject({ exit: 3, code: 'BackendNotFound' });
    expect(await shell.refused(...check('--clean-up', 'nowhere.db'))).toMatchObject({ exit: 8, code: 'LogNotFound' });
  });
});

describe('scoria driver list and show', () => {
  const shell = new Shell();
  const own = broken('deletes-once');

  test('tell what each driver can, also of drivers of your own', async () => {
    const drivers = await shell.json('driver', 'list', own);
    expect(drivers.map(({ id }: { readonly id: string }) => id)).toEqual([...DRIVER_NAMES, own]);
    expect(drivers[0].capabilities).toEqual([
      'clone',
      'extend',
      'extend_online',
      'manage',
      'multiattach',
      'resources',
      'revert',
      'snapshots',
    ]);
    expect((await shell.run(['driver', 'list'])).stdout).toMatch(/^memory .* freeze, manage, multiattach/m);
    const shown = await shell.json('driver', 'show', own);
    expect(shown).toMatchObject({ id: own, name: 'deletes-once', capabilities: expect.arrayContaining(['freeze']) });
    expect(shown.options.map(({ name }: { readonly name: string }) => name)).toContain('array');
    expect((await shell.run(['driver', 'show', 'file'])).stdout).toMatch(/^capabilities +clone, extend/m);
  });
});
