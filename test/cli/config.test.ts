import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { DRIVER_NAMES } from '../../src/drivers/registry.ts';
import { Shell } from './scoria.ts';

const SIZES = fileURLToPath(new URL('../config/fixtures/sizes.ts', import.meta.url));
const CANARY = 'canary-8731';

const write = (shell: Shell, lines: readonly string[], name = 'scoria.yaml'): Promise<void> =>
  writeFile(shell.path(name), `${lines.join('\n')}\n`);

describe('a setting', () => {
  const shell = new Shell();
  const settingsOf = async (args: readonly string[], env = {}) => {
    const { stdout, stderr } = await shell.run(['config', 'show', '--json', ...args], { env });
    expect(stderr).toBe('');
    return JSON.parse(stdout).settings;
  };

  test('comes from the file, over it from the environment, over that from a flag', async () => {
    await write(shell, ['user: file', 'project: file', 'wait: 1', 'log_level: error']);
    const settings = await settingsOf(['--wait', '3'], { SCORIA_PROJECT: 'environment', SCORIA_WAIT: '2' });
    expect(settings).toMatchObject({
      user: { value: 'file', from: 'scoria.yaml:1:1' },
      project: { value: 'environment', from: 'SCORIA_PROJECT' },
      wait: { value: 3, from: '--wait' },
      log_level: { value: 'error', from: 'scoria.yaml:4:1' },
      lock_timeout: { value: 10, from: 'default' },
      log: { value: 'scoria.db', from: 'default' },
    });
    await shell.json('kv', 'set', 'k', 'v');
    const [event] = await shell.json('events', 'list');
    expect(event.meta.actor).toEqual({ user: 'file', project: 'file' });
    await shell.json('kv', 'set', 'k', 'w', '--user', 'grace');
    const events = await shell.json('events', 'list');
    expect(events.at(-1).meta.actor).toEqual({ user: 'grace', project: 'file' });
  });

  test('is shown to people with the backends', async () => {
    await write(shell, ['user: ada', 'backends: { one: { volume_driver: memory, password: "env:P" } }']);
    const { stdout } = await shell.run(['config', 'show']);
    expect(stdout).toMatch(/^user +ada +scoria\.yaml:1:1$/m);
    expect(stdout).toMatch(/^one +memory +.*"password":\{"env":"P"\}/m);
  });

  test('comes from the file that is named, else from the nearest', async () => {
    mkdirSync(shell.path('.config/scoria'), { recursive: true });
    await write(shell, ['user: home'], '.config/scoria/scoria.yaml');
    await write(shell, ['user: here']);
    await write(shell, ['user: named'], 'named.yaml');
    await write(shell, ['user: flagged'], 'flagged.yaml');
    const userOf = async (args: readonly string[], env = {}) => (await settingsOf(args, env)).user.value;
    expect(await userOf([])).toBe('here');
    expect(await userOf([], { SCORIA_CONFIG: 'named.yaml' })).toBe('named');
    expect(await userOf(['--config', 'flagged.yaml'], { SCORIA_CONFIG: 'named.yaml' })).toBe('flagged');
    expect(await userOf(['--config', '/dev/null'])).not.toBe('here');
    await rm(shell.path('scoria.yaml'));
    const { user } = await settingsOf([]);
    expect(user).toEqual({ value: 'home', from: `${shell.path('.config/scoria/scoria.yaml')}:1:1` });
  });
});

describe('a mistake in the file', () => {
  const shell = new Shell();
  const text = [
    'wiat: 3',
    'wait: soon',
    'backends:',
    '  store: { volume_driver: file, directry: ./volumes }',
    `  array: { volume_driver: memory, password: ${CANARY} }`,
    '  other: { volume_driver: memory, password: { env: NONE_8731 } }',
  ];

  test('ends every command that uses the file, and none that does not', async () => {
    await write(shell, text);
    const verbs = [
      ['volume', 'list'],
      ['kv', 'set', 'k', 'v'],
      ['backend', 'add', 'store'],
      ['config', 'apply'],
    ];
    for (const verb of verbs) {
      expect(await shell.refused(...verb)).toMatchObject({
        exit: 2,
        code: 'InvalidConfiguration',
        message: 'scoria.yaml:1:1: wiat: there is no such setting',
        remedy: expect.stringMatching(/^did you mean "wait"\?/),
        details: { file: 'scoria.yaml', line: 1, column: 1, field: 'wiat' },
      });
    }
    expect(existsSync(shell.path('scoria.db'))).toBe(false);
    expect((await shell.run(['volume', '--help'])).code).toBe(0);
    expect(await shell.json('driver', 'list')).toHaveLength(DRIVER_NAMES.length);
    expect(JSON.parse((await shell.run(['config', 'schema'])).stdout)).toHaveProperty('$defs.backend');
  });

  test('is found with all others by check', async () => {
    await write(shell, text);
    const { code, stdout, stderr } = await shell.run(['config', 'check']);
    expect(code).toBe(2);
    expect(stderr).toContain('6 mistakes are in the configuration');
    const heads = stdout.split('\n').filter((line) => line.startsWith('scoria.yaml:'));
    expect(heads.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'scoria.yaml:1:1: wiat:',
      'scoria.yaml:2:1: wait:',
      'scoria.yaml:4:3: backends.store.directory:',
      'scoria.yaml:4:33: backends.store.directry:',
      'scoria.yaml:5:35: backends.array.password:',
      'scoria.yaml:6:35: backends.other.password:',
    ]);
    expect(stdout).toContain('hint: did you mean "directory"?');
    expect(stdout + stderr).not.toContain(CANARY);
    const inJson = await shell.run(['config', 'check', '--json'], { env: { SCORIA_WAIT: 'x' } });
    expect(inJson.code).toBe(2);
    const { problems } = JSON.parse(inJson.stdout);
    expect(problems).toHaveLength(7);
    expect(problems[0]).toEqual({
      file: 'scoria.yaml',
      line: 1,
      column: 1,
      field: 'wiat',
      message: expect.any(String),
      remedy: expect.any(String),
    });
    expect(problems[6]).toMatchObject({ variable: 'SCORIA_WAIT', field: 'wait' });
    expect(JSON.parse(inJson.stderr).error).toMatchObject({ code: 'InvalidConfiguration', details: { problems: 7 } });
  });
});

describe('the backends of the file', () => {
  const shell = new Shell();
  const file = (ratio: string) => [
    'log: state/log.db',
    'backends:',
    `  store: { volume_driver: file, directory: ./volumes, max_over_subscription_ratio: ${ratio} }`,
    `  array: { volume_driver: memory, password: { command: [./password, ada] } }`,
  ];
  beforeEach(async () => {
    mkdirSync(shell.path('state'), { recursive: true });
    await writeFile(shell.path('password'), `#!/bin/sh\necho asked >> asked.log\ncat canary\n`, { mode: 0o755 });
    await writeFile(shell.path('canary'), `${CANARY}\n`);
  });

  test('are said to be missing in the log, with what adds them', async () => {
    await write(shell, file('10.0'));
    expect(await shell.refused('volume', 'create', 'store', '1')).toMatchObject({
      code: 'LogNotFound',
      remedy: expect.stringContaining('`scoria config apply` makes it'),
    });
    const { differences } = await shell.json('config', 'check');
    expect(differences).toEqual([
      { backend: 'store', difference: 'not in the log' },
      { backend: 'array', difference: 'not in the log' },
    ]);
    await shell.json('kv', 'set', 'k', 'v');
    for (const verb of [
      ['volume', 'create', 'store', '1'],
      ['backend', 'show', 'array'],
    ]) {
      expect(await shell.refused(...verb)).toMatchObject({
        exit: 3,
        code: 'BackendNotFound',
        remedy: 'it is in scoria.yaml: `scoria config apply` adds it to the log',
      });
    }
    const unknown = await shell.refused('backend', 'show', 'unknown');
    expect(unknown.remedy).not.toContain('apply');
  });

  test('are applied: a dry run changes nothing, twice is once, a change is a change', async () => {
    await write(shell, file('10.0'));
    const dry = await shell.json('config', 'apply', '--dry-run');
    expect(dry).toMatchObject({ dry_run: true, backends: [{ action: 'add' }, { action: 'add' }] });
    expect(await shell.json('backend', 'list')).toEqual([]);

    const applied = await shell.json('config', 'apply', '--reason', 'ticket 4711');
    expect(applied).toMatchObject({ file: 'scoria.yaml', backends: [{ action: 'add' }, { action: 'add' }] });
    expect(await shell.json('backend', 'show', 'store')).toMatchObject({
      options: { directory: shell.path('volumes'), max_over_subscription_ratio: '10.0' },
    });
    const [first] = await shell.json('history', 'store');
    expect(first).toMatchObject({ reason: 'ticket 4711' });

    const before = await shell.json('events', 'list');
    const again = await shell.json('config', 'apply');
    expect(again).toMatchObject({ backends: [{ action: 'none' }, { action: 'none' }], not_in_file: [] });
    expect(await shell.json('events', 'list')).toEqual(before);

    await write(shell, file('12.5'));
    expect((await shell.json('config', 'check')).differences).toEqual([
      { backend: 'store', difference: 'other options', options: ['max_over_subscription_ratio'] },
    ]);
    const { stdout } = await shell.run(['config', 'apply', '--dry-run']);
    expect(stdout).toContain('backend store: would be changed (max_over_subscription_ratio)');
    expect((await shell.json('backend', 'show', 'store')).options).toMatchObject({
      max_over_subscription_ratio: '10.0',
    });
    await shell.json('config', 'apply');
    expect((await shell.json('backend', 'show', 'store')).options).toMatchObject({
      max_over_subscription_ratio: '12.5',
    });
    await shell.json('volume', 'create', 'store', '1');
  });

  test('stay in the log when the file leaves them out', async () => {
    await write(shell, ['log: state/log.db', 'backends: {}']);
    expect((await shell.json('config', 'check')).differences).toEqual([
      { backend: 'array', difference: 'not in the file' },
      { backend: 'store', difference: 'not in the file' },
    ]);
    expect(await shell.json('config', 'apply')).toMatchObject({ backends: [], not_in_file: ['array', 'store'] });
    expect(await shell.json('backend', 'list')).toHaveLength(2);
    await write(shell, ['log: state/log.db', 'backends: { store: { volume_driver: memory } }']);
    expect(await shell.refused('config', 'apply')).toMatchObject({ exit: 4, code: 'BackendConfigurationDiffers' });
    expect(await shell.refused('config', 'apply', '--command-id', 'x')).toMatchObject({ exit: 2 });
  });

  test('have a credential from a command: asked when it is used, and nowhere recorded', async () => {
    await write(shell, file('12.5'));
    const asked = async () => (await readFile(shell.path('asked.log'), 'utf8')).split('\n').length - 1;
    const before = await asked();
    expect((await shell.run(['config', 'check'])).code).toBe(0);
    expect(await asked()).toBe(before);
    const trace = ['--log-level', 'trace'];
    const created = await shell.run(['volume', 'create', 'array', '1', ...trace]);
    expect(created.code).toBe(0);
    expect(await asked()).toBeGreaterThan(before);

    const shown = await shell.run(['config', 'show', '--json']);
    const checked = await shell.run(['config', 'check', '--resolve', ...trace]);
    expect(JSON.parse(shown.stdout).backends[1].options.password).toEqual({ command: [shell.path('password'), 'ada'] });
    await writeFile(shell.path('password'), '#!/bin/sh\ncat canary canary >&2\ncat canary\nexit 7\n');
    const failing = [
      await shell.run(['config', 'check', '--resolve', ...trace]),
      await shell.run(['volume', 'create', 'array', '1', ...trace]),
    ];
    expect(failing.map(({ code }) => code)).toEqual([2, 2]);
    for (const { stdout, stderr } of failing) expect(stdout + stderr).toContain('it ended with exit code 7');
    const files = await Promise.all(
      ['state/log.db', 'state/log.db-wal']
        .filter((name) => existsSync(shell.path(name)))
        .map((name) => readFile(shell.path(name), 'latin1')),
    );
    expect(files.join('')).toContain(shell.path('password'));
    const said = [created, shown, checked, ...failing].map(({ stdout, stderr }) => stdout + stderr);
    expect([...files, ...said].join('')).not.toContain(CANARY);
  });

  test('are added one by one too', async () => {
    await write(
      shell,
      file('12.5').map((line) => line.replace('log.db', 'other.db')),
    );
    const added = await shell.json('backend', 'add', 'store', '--set', 'reserved_percentage=7');
    expect(added.options).toMatchObject({ directory: shell.path('volumes'), reserved_percentage: 7 });
    expect(await shell.refused('backend', 'add', 'unknown')).toMatchObject({
      exit: 2,
      code: 'InvalidInput',
      message: expect.stringContaining('scoria.yaml has no such backend'),
    });
  });
});

describe('a projection of the user', () => {
  const shell = new Shell();

  test('is shown and rebuilt, named by flag, variable or file', async () => {
    await write(shell, ['backends: { store: { volume_driver: file, directory: ./volumes } }']);
    await shell.json('config', 'apply');
    const { id } = await shell.json('volume', 'create', 'store', '2');
    const rows = [{ key: `volume-${id}`, row: 2 }];
    expect(await shell.json('projection', 'show', 'sizes', '--projection', SIZES)).toEqual(rows);
    const show = ['projection', 'show', 'sizes', '--json'];
    const { stdout } = await shell.run(show, { env: { SCORIA_PROJECTIONS: SIZES } });
    expect(JSON.parse(stdout)).toEqual(rows);
    expect(await shell.refused('projection', 'show', 'sizes')).toMatchObject({ code: 'ProjectionNotFound' });
    await write(shell, ['projections:', `  - ${SIZES}`]);
    expect(await shell.json('projection', 'show', 'sizes')).toEqual(rows);
    expect(await shell.json('projection', 'rebuild', 'sizes')).toMatchObject([{ name: 'sizes', version: 1 }]);
    expect(await shell.refused('volume', 'list', '--projection', './none.ts')).toMatchObject({
      exit: 2,
      code: 'InvalidConfiguration',
      message: expect.stringContaining('projections.0: the module'),
    });
  });
});
