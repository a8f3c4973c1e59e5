import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { distrust, findFile, placesOf } from '../../src/config/find-file.ts';
import { planBackends } from '../../src/config/plan.ts';
import { createEngine, loadConfiguration, ScoriaError } from '../../src/index.ts';
import { fileWith, ownDirectory } from './directory.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

const engineOn = async (log: string) => {
  const engine = await createEngine({ log, user: 'ada' });
  onTestFinished(() => engine.close());
  return engine;
};

describe('a setting', () => {
  const load = (text: string, environment = {}, settings = {}) =>
    loadConfiguration({ file: fileWith(text), environment, settings });

  test('has its default where nothing says otherwise', async () => {
    const { engine, settings, origins, backendNames } = await loadConfiguration({ file: null, environment: {} });
    expect(engine).toEqual({ log: 'scoria.db', projections: [], logger: expect.any(Object) });
    expect({ settings, origins, backendNames }).toEqual({ settings: {}, origins: {}, backendNames: [] });
  });

  test('is taken from the file, over it from the environment, over that from the caller', async () => {
    const text = 'user: file\nproject: file\nwait: 1\n';
    const environment = { SCORIA_PROJECT: 'environment', SCORIA_WAIT: '2' };
    const configuration = await load(text, environment, { wait: 3 });
    expect(configuration.settings).toEqual({ user: 'file', project: 'environment', wait: 3 });
    expect(configuration.origins).toMatchObject({
      user: { source: 'file', line: 1, column: 1 },
      project: { source: 'environment', variable: 'SCORIA_PROJECT' },
      wait: { source: 'given' },
    });
    expect(configuration.engine).toMatchObject({ user: 'file', project: 'environment', busyTimeoutMs: 3_000 });
  });

  test('becomes what the engine takes, in its units', async () => {
    const text = [
      'non_uuid_ids: true',
      'root_helper: sudo -n',
      'operations_per_backend: 4',
      'wait: 0.25',
      'lock_timeout: 1',
      'effect_timeout: 2',
      'reconcile_timeout: 3.5',
      'drain_timeout: 4',
      'host: storage-1',
      'offer_timeout: 5',
      'audit_notes_command: [curl, --data-binary, "@-", https://notes.example]',
      'audit_every_events: 1000',
      'audit_every_seconds: 1.5',
      'audit_at_close: false',
      'require_reason: true',
      'allowed_actors: [ada, grace@web]',
    ].join('\n');
    expect((await load(text)).engine).toMatchObject({
      nonUuidIds: true,
      rootHelper: 'sudo -n',
      operationsPerBackend: 4,
      busyTimeoutMs: 250,
      lockTimeoutMs: 1_000,
      effectTimeoutMs: 2_000,
      reconcileTimeoutMs: 3_500,
      drainTimeoutMs: 4_000,
      audit: {
        notesCommand: ['curl', '--data-binary', '@-', 'https://notes.example'],
        everyEvents: 1_000,
        everyMs: 1_500,
        atClose: false,
      },
      policy: { requireReason: true, actors: ['ada', 'grace@web'] },
    });
  });

  test.each([
    ['SCORIA_NON_UUID_IDS', 'false', { non_uuid_ids: false }],
    ['SCORIA_NON_UUID_IDS', '1', { non_uuid_ids: true }],
    ['SCORIA_OPERATIONS_PER_BACKEND', '7', { operations_per_backend: 7 }],
    ['SCORIA_DRAIN_TIMEOUT', '0.5', { drain_timeout: 0.5 }],
    ['SCORIA_USER', '', {}],
    ['SCORIA_WAIT', '', {}],
    ['SCORIA_PROJECTIONS', '', {}],
    ['SCORIA_ROOT_HELPER', '', { root_helper: '' }],
  ])('is read from %s=%j', async (variable, text, settings) => {
    expect((await load('', { [variable]: text })).settings).toEqual(settings);
  });

  test('of a variable that is wrong names the variable', async () => {
    const refused = await load('', { SCORIA_LOG_LEVEL: 'loud' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ScoriaError);
    expect(refused).toMatchObject({
      code: 'InvalidConfiguration',
      rejection: {
        message: expect.stringMatching(/^environment variable SCORIA_LOG_LEVEL: log_level: must be one of/),
      },
      details: { source: 'environment', variable: 'SCORIA_LOG_LEVEL', field: 'log_level' },
    });
    await expect(load('', {}, { wait: -1 })).rejects.toThrow('wait: must be a number from 0');
    await expect(load('', {}, { backends: {} })).rejects.toThrow('backends: there is no such setting');
  });

  test('that is wrong is told with the others that are not', async () => {
    const file = fileWith('log: a\nwait: soon\nwiat: 3\n');
    const refused = await loadConfiguration(file).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      kind: 'invalid',
      rejection: { message: `${file}:2:1: wait: must be a number from 0 to 2000000` },
      remedy: expect.stringContaining('`scoria config check` tells of the others'),
      details: { file, line: 2, column: 1, field: 'wait' },
    });
  });

  test('that is a path is relative to the file', async () => {
    const directory = ownDirectory();
    const file = fileWith('log: logs/a.db\n', directory);
    expect((await loadConfiguration({ file, environment: {} })).engine.log).toBe(join(directory, 'logs/a.db'));
    const inMemory = fileWith('log: ":memory:"\n', directory);
    expect((await loadConfiguration({ file: inMemory, environment: {} })).engine.log).toBe(':memory:');
    const audited = fileWith('audit_key_file: audit.key\naudit_notes_directory: notes\n', directory);
    expect((await loadConfiguration({ file: audited, environment: {} })).engine.audit).toEqual({
      keyFile: join(directory, 'audit.key'),
      notesDirectory: join(directory, 'notes'),
    });
    const elsewhere = await loadConfiguration({ file, environment: { SCORIA_LOG: 'b.db' } });
    expect(elsewhere.engine.log).toBe('b.db');
  });
});

describe('the file', () => {
  test('is the one that is named, else the first that is there', async () => {
    const home = ownDirectory();
    const environment = { XDG_CONFIG_HOME: home };
    expect(placesOf(environment)).toEqual(['scoria.yaml', join(home, 'scoria/scoria.yaml'), '/etc/scoria/scoria.yaml']);
    expect(placesOf({ XDG_CONFIG_HOME: 'relative' })[1]).toBe(join(homedir(), '.config/scoria/scoria.yaml'));
    mkdirSync(join(home, 'scoria'));
    writeFileSync(join(home, 'scoria/scoria.yaml'), 'user: grace\n');
    expect((await findFile(environment))?.path).toBe(join(home, 'scoria/scoria.yaml'));
    expect((await findFile({ ...environment, SCORIA_CONFIG: '/no/such/file' }))?.path).toBe('/no/such/file');
    expect((await loadConfiguration({ environment })).settings).toEqual({ user: 'grace' });
    await expect(loadConfiguration({ environment: { SCORIA_CONFIG: '/no/such/file' } })).rejects.toThrow(
      '/no/such/file:1:1: cannot be read (ENOENT)',
    );
  });
});

describe('a file that was found and not named', () => {
  test('is not read when every user can write it: it may name programs', async () => {
    const home = ownDirectory();
    const file = join(home, 'scoria/scoria.yaml');
    mkdirSync(join(home, 'scoria'));
    writeFileSync(file, 'user: grace\n');
    chmodSync(file, 0o666);
    await expect(loadConfiguration({ environment: { XDG_CONFIG_HOME: home } })).rejects.toThrow(
      `${file}:1:1: can be written by every user, and is not read unless it is named`,
    );
    for (const named of [{ file, environment: {} }, { environment: { SCORIA_CONFIG: file } }]) {
      expect((await loadConfiguration(named)).settings).toEqual({ user: 'grace' });
    }
  });

  test.each([
    [1000, 0o644, [1000, undefined], null],
    [0, 0o644, [1000, undefined], null],
    [1000, 0o664, [0, '1000'], null],
    [1000, 0o644, [0, undefined], 'belongs to another user'],
    [1001, 0o644, [1000, '1000'], 'belongs to another user'],
    [0, 0o646, [0, undefined], 'can be written by every user'],
  ])('of user %i with mode %i is for users %j: %j', (uid, mode, users, why) => {
    expect(distrust({ uid, mode }, users)).toBe(why);
  });
});

describe('projections', () => {
  test('are loaded for the engine', async () => {
    const environment = { SCORIA_PROJECTIONS: join(FIXTURES, 'sizes.ts') };
    const configuration = await loadConfiguration({ file: null, environment, settings: { log: ':memory:' } });
    const engine = await createEngine(configuration.engine);
    onTestFinished(() => engine.close());
    const backend = await engine.addBackend({ name: 'one', driver: 'memory' });
    const { id } = await backend.createVolume({ size: 3 });
    expect(await (await engine.view()).projection('sizes')).toEqual([{ key: `volume-${id}`, row: 3 }]);
  });

  test.each([
    ['no-projection.ts', 'version 0 is not a positive whole number'],
    ['../directory.ts', 'exports no projection as its default'],
  ])('that are none are refused where they are named: %s', async (module, message) => {
    const file = fileWith(`projections:\n  - ${join(FIXTURES, 'sizes.ts')}\n  - ${join(FIXTURES, module)}\n`);
    const refused = await loadConfiguration({ file, environment: {} }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ details: { file, line: 3, column: 5, field: 'projections.1' } });
    expect(String(refused)).toContain(message);
  });

  test('of one name are refused', async () => {
    const settings = { projections: [join(FIXTURES, 'sizes.ts'), join(FIXTURES, 'sizes.ts')] };
    await expect(loadConfiguration({ file: null, environment: {}, settings })).rejects.toThrow(
      'projections.1: a projection before it is named "sizes" as well',
    );
  });
});

describe('backends', () => {
  const load = (lines: readonly string[], directory = ownDirectory()) =>
    loadConfiguration({ file: fileWith(lines.join('\n'), directory), environment: {} });

  test('have their own options over the defaults, and absolute paths', async () => {
    const directory = ownDirectory();
    const configuration = await load(
      [
        'backend_defaults: { max_over_subscription_ratio: 10.0, latency_ms: 2, directory: ./shared }',
        'backends:',
        '  files: { volume_driver: file, max_over_subscription_ratio: 5.0 }',
        '  two: { volume_driver: memory, password: { file: ./secret } }',
        '  three: { volume_driver: memory, latency_ms: 0, password: command:./bin/secret of ada }',
      ],
      directory,
    );
    expect(configuration.backendNames).toEqual(['files', 'two', 'three']);
    expect(await configuration.backends()).toMatchObject([
      {
        name: 'files',
        driver: 'file',
        options: { directory: join(directory, 'shared'), max_over_subscription_ratio: '5.0' },
      },
      {
        options: { password: { file: join(directory, 'secret') }, latency_ms: 2, max_over_subscription_ratio: '10.0' },
      },
      { options: { password: { command: [join(directory, 'bin/secret'), 'of', 'ada'] }, latency_ms: 0 } },
    ]);
  });

  test('that are wrong are refused when they are asked for, and stop no engine', async () => {
    const configuration = await load(['backends:', '  one: { volume_driver: memory, latency: 3 }']);
    expect(configuration.engine.log).toBe('scoria.db');
    await expect(configuration.backends()).rejects.toMatchObject({
      code: 'InvalidConfiguration',
      details: { line: 2, column: 33, field: 'backends.one.latency' },
    });
  });

  const memory = (options: string) => ['backends:', `  one: { volume_driver: memory${options} }`];

  test('are added once, then changed to what the file says', async () => {
    const engine = await engineOn(':memory:');
    const apply = async (lines: readonly string[]) =>
      (await (await load(lines)).apply(engine, { reason: 'ticket 4711' })).steps;
    expect(await apply(memory(', latency_ms: 1, array: a'))).toMatchObject([{ name: 'one', action: 'add' }]);
    const { position } = await engine.view();
    expect(await apply(memory(', latency_ms: 1, array: a'))).toEqual([
      { name: 'one', action: 'none', driver: 'memory', options: {} },
    ]);
    expect((await engine.view()).position).toBe(position);
    expect(await apply(memory(', latency_ms: 2'))).toEqual([
      { name: 'one', action: 'change', driver: 'memory', options: { array: null, latency_ms: 2 } },
    ]);
    const { options } = (await engine.view()).backend('one');
    expect(options).toMatchObject({ latency_ms: 2 });
    expect(options).not.toHaveProperty('array');
    const history = await Array.fromAsync((await engine.view()).history('one'));
    expect(new Set(history.map(({ reason }) => reason))).toEqual(new Set(['ticket 4711']));
  });

  test('name the hosts that may execute for them: set, changed and taken away as options are', async () => {
    const engine = await engineOn(':memory:');
    const apply = async (hosts: string) => (await (await load(memory(hosts))).apply(engine)).steps;
    const own = hostname();
    const recorded = async () => (await engine.backend('one')).record.hosts;
    expect(await apply(`, hosts: [${own}]`)).toMatchObject([{ action: 'add', hosts: [own] }]);
    expect(await recorded()).toEqual([own]);
    expect(await apply(`, hosts: [storage-2, ${own}]`)).toEqual([
      { name: 'one', action: 'change', driver: 'memory', options: {}, hosts: ['storage-2', own] },
    ]);
    expect(await recorded()).toEqual(['storage-2', own]);
    expect(await apply(`, hosts: [${own}, storage-2]`)).toMatchObject([{ action: 'none' }]);
    expect(await apply('')).toMatchObject([{ action: 'change', hosts: [] }]);
    expect(await recorded()).toEqual([]);
    expect(await apply('')).toMatchObject([{ action: 'none' }]);
  });

  test.each([
    ['storage-1', 'backends.one.hosts', 'must be a list of names of hosts'],
    ['[a/b]', 'backends.one.hosts.0', 'must start with a letter or digit'],
    ['[a, a]', 'backends.one.hosts', 'must name each host once'],
  ])('cannot have the hosts %s', async (hosts, field, message) => {
    await expect(load(memory(`, hosts: ${hosts}`))).rejects.toMatchObject({
      code: 'InvalidConfiguration',
      message: expect.stringContaining(message),
      details: { line: 2, field },
    });
  });

  test('are never removed, and keep their driver', async () => {
    const engine = await engineOn(':memory:');
    await engine.addBackend({ name: 'other', driver: 'memory' });
    await engine.addBackend({ name: 'one', driver: 'file', options: { directory: ownDirectory() } });
    const two = await load([...memory(''), '  new: { volume_driver: memory }']);
    expect(await two.plan(engine)).toMatchObject({
      steps: [{ name: 'new', action: 'add' }],
      not_in_file: ['other'],
      other_driver: [{ name: 'one', driver: 'memory', recorded: 'file' }],
    });
    await expect(two.apply(engine)).rejects.toMatchObject({ code: 'BackendConfigurationDiffers' });
    expect((await engine.backends()).map(({ name }) => name).toSorted()).toEqual(['one', 'other']);
  });

  test('that may not have come into use are added again, and options that are not known are given', () => {
    const wished = [{ name: 'one', driver: 'memory', hosts: [], options: { latency_ms: 1 } }];
    const known = { name: 'one', driver: 'memory', options: { latency_ms: 1 }, status: 'available' } as const;
    expect(planBackends(wished, [known]).steps).toMatchObject([{ action: 'none' }]);
    expect(planBackends(wished, [{ ...known, status: 'error' }]).steps).toMatchObject([
      { action: 'add', options: { latency_ms: 1 } },
    ]);
    expect(planBackends(wished, [{ ...known, options: null }]).steps).toMatchObject([
      { action: 'change', options: { latency_ms: 1 } },
    ]);
  });
});
