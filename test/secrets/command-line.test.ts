import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine, silentLogger } from '../../src/index.ts';
import { leavesOf, wholeProgram } from '../cli/grammar.ts';
import { Shell } from '../cli/scoria.ts';
import { CANARY, MOOD, WITNESS } from './drivers/talkative.ts';
import { expectNone, expectNoneInFiles } from './marks.ts';

const DRIVER = join(import.meta.dirname, 'drivers/talkative.ts');
const REASON = ['--reason', 'ticket 4711'];
/** Tried by themselves, at their length: what they print is made by the verbs and suites that are tried here. */
const ELSEWHERE = ['quickstart', 'driver check', 'validate'];
const MASTER = randomBytes(32).toString('base64');
const SECRETS = [CANARY, MASTER];

const shell = new Shell();
const temporary = shell.path('tmp');
/** What holds credentials itself. */
const elsewhere = mkdtempSync(join(tmpdir(), 'scoria-elsewhere-'));
const ENVIRONMENT = {
  TMPDIR: temporary,
  SCORIA_TEST_PASSWORD: `${CANARY}array-password`,
  SCORIA_TEST_MASTER: MASTER,
  SCORIA_MASTER_KEY: 'env:SCORIA_TEST_MASTER',
};

/** What a verb of this backend's own can be about. */
interface Things {
  readonly backend: string;
  readonly volume: string;
  readonly connected: string;
  readonly connection: string;
  readonly snapshot: string;
}

const withEngine = async <Result>(use: (engine: Engine) => Promise<Result>): Promise<Result> => {
  await using engine = await createEngine({
    log: shell.path('scoria.db'),
    masterKey: 'env:SCORIA_TEST_MASTER',
    logger: silentLogger,
  });
  return await use(engine);
};

const furnish = async (engine: Engine, backend: string): Promise<Things> => {
  const options = { directory: shell.path(`volumes/${backend}`), password: 'env:SCORIA_TEST_PASSWORD' };
  const store = await engine.addBackend({ name: backend, driver: DRIVER, options });
  const [volume, connected] = [await store.createVolume({ size: 1 }), await store.createVolume({ size: 1 })];
  const connection = await connected.connect({ host: hostname() });
  const snapshot = await connected.createSnapshot();
  return { backend, volume: volume.id, connected: connected.id, connection: connection.id, snapshot: snapshot.id };
};

/** What stands for an operand or an option's value, by its placeholder in the grammar. */
const fitting = (placeholder: string, group: string, things: Things): string => {
  const values: Readonly<Record<string, string>> = {
    name: group === 'driver' ? DRIVER : group === 'projection' ? 'capacity' : things.backend,
    backend: things.backend,
    volume: group === 'connection' || group === 'snapshot' ? things.connected : things.volume,
    connection: things.connection,
    snapshot: things.snapshot,
    size: '2',
    id: things.connected,
    key: 'key',
    value: 'value',
    'key=value': 'a=b',
    shell: 'bash',
    file: shell.path('connector.json'),
    source: join(elsewhere, 'cinder.conf'),
    drivers: DRIVER,
    from: shell.path('scoria.db'),
    to: shell.path('copied.db'),
    status: 'error',
  };
  return values[placeholder] ?? 'x';
};

/** What some verbs must be told besides operands and mandatory options, to have something to do. */
const BESIDES: Readonly<Record<string, (things: Things) => readonly string[]>> = {
  'backend add': () => [
    ...['--driver', DRIVER, '--set', `directory=${shell.path('volumes/new')}`],
    ...['--set', 'password=env:SCORIA_TEST_PASSWORD'],
  ],
  'backend change': () => ['--set', 'reserved_percentage=5'],
  'connection report-device': () => ['--path', '/dev/sdq'],
  'volume forget': () => ['--force'],
  'volume rename': () => ['new'],
};

const lineOf = (path: string, verb: Command, things: Things): readonly string[] => {
  const [group = ''] = path.split(' ');
  const operands = verb.registeredArguments
    .filter((argument) => argument.required)
    .map((argument) => (path === 'backend add' ? 'brand-new' : fitting(argument.name(), group, things)));
  const options = verb.options
    .filter((option) => option.mandatory)
    .flatMap((option) => [String(option.long), fitting(/<(.+)>/.exec(option.flags)?.[1] ?? '', group, things)]);
  const output = path === 'dump' || path === 'events export' ? [shell.path(`${path.replace(' ', '-')}.json`)] : [];
  return [...path.split(' '), ...operands, ...output, ...options, ...(BESIDES[path]?.(things) ?? []), ...REASON];
};

interface Seen {
  readonly code: number | null;
  readonly said: string;
}

/** Runs it to its end; a verb that has none is ended once it has printed. */
const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Seen> => {
  const child = shell.start([...args, '--log-level', 'trace'], { ...ENVIRONMENT, ...env });
  child.stdin.end();
  const said: string[] = [];
  child.stderr.on('data', (text) => {
    said.push(String(text));
    if (args.includes('serve') && String(text).includes('Serving')) child.kill('SIGTERM');
  });
  child.stdout.on('data', (text) => {
    said.push(String(text));
    if (args.includes('follow')) child.kill('SIGTERM');
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said: said.join('') };
};

const leaves = leavesOf(await wholeProgram()).filter(({ path }) => !ELSEWHERE.includes(path));
const furnished = new Map<string, Things>();

beforeAll(async () => {
  mkdirSync(temporary);
  Object.assign(process.env, ENVIRONMENT);
  writeFileSync(shell.path('connector.json'), JSON.stringify({ host: 'node7' }));
  writeFileSync(
    join(elsewhere, 'cinder.conf'),
    `[DEFAULT]\nenabled_backends = lvm\n[lvm]\nchap_password = ${CANARY}chap\nsan_password = ${CANARY}san\n`,
  );
  await withEngine(async (engine) => {
    for (const { path } of leaves) furnished.set(path, await furnish(engine, `for-${path.replaceAll(' ', '-')}`));
    furnished.set('show', await furnish(engine, 'for-show'));
    await engine.keyValues.set('key', 'value');
  });
  for (const name of Object.keys(ENVIRONMENT)) delete process.env[name];
}, 60_000);

/** What `attach` made stays attached after its verb has ended. */
afterAll(() => {
  rmSync(elsewhere, { recursive: true });
  const { stdout } = spawnSync('losetup', ['--noheadings', '--output', 'NAME,BACK-FILE'], { encoding: 'utf8' });
  for (const line of (stdout ?? '').split('\n')) {
    const [device = '', file = ''] = line.trim().split(/\s+/);
    if (file.startsWith(`${shell.directory}/`)) spawnSync('losetup', ['--detach', device]);
  }
});

const thingsFor = (path: string): Things => {
  const things = furnished.get(path);
  if (things === undefined) throw new Error(`nothing is there for ${path}`);
  return things;
};

const succeeded: string[] = [];

describe.concurrent('no verb shows a credential', () => {
  test.each(leaves)('$path', async ({ path, verb }) => {
    const witness = shell.path(`${path.replaceAll(' ', '-')}.witness`);
    const { code, said } = await run([...lineOf(path, verb, thingsFor(path)), '--json'], { [WITNESS]: witness });
    if (code === 0) succeeded.push(path);
    expectNone(SECRETS, 'what it printed', said);
  });

  test.each(['connection create', 'volume extend', 'snapshot create'])('%s, when the driver fails', async (path) => {
    const verb = leaves.find((leaf) => leaf.path === path)?.verb as Command;
    for (const mood of ['refusing', 'losing']) {
      const { code, said } = await run(lineOf(path, verb, thingsFor('show')), {
        [MOOD]: mood,
        SCORIA_RECONCILE_TIMEOUT: '0',
      });
      expect(code).not.toBe(0);
      expectNone(SECRETS, 'what it printed', said);
    }
  });
});

test('no file holds one, once the verbs have run', () => {
  // The others have nothing to do here, or lack a loop device.
  expect(succeeded.length).toBeGreaterThan(leaves.length * 0.7);
  expectNoneInFiles(SECRETS, shell.directory);
});

describe('the verbs of secrets', () => {
  const env = ENVIRONMENT;
  const show = ['connection', 'show'];

  test('show credentials on demand, with a reason, and record it', async () => {
    const { connection, connected } = thingsFor('connection show');
    const sealed = JSON.parse((await shell.run([...show, connection, '--json'], { env })).stdout);
    expect(sealed.connection_info.data.auth_password).toMatchObject({ sealed: { v: 1 } });
    const unexplained = await shell.run([...show, connection, '--show-secrets', '--json'], { env });
    expect(JSON.parse(unexplained.stderr).error).toMatchObject({ code: 'InvalidInput' });
    const past = await shell.run([...show, connection, '--show-secrets', ...REASON, '--at', '1', '--json'], { env });
    expect(past.code).toBe(2);
    const shown = await shell.run([...show, connection, '--show-secrets', ...REASON, '--json'], { env });
    expect(JSON.parse(shown.stdout).connection_info.data).toMatchObject({
      auth_password: `${CANARY}chap-${connected}`,
      targets: [{ password: `${CANARY}target-a-${connection}` }, { password: `${CANARY}target-b-${connection}` }],
    });
    const volume = await shell.run(['volume', 'show', connected, '--show-secrets', ...REASON], { env });
    expect(volume.stdout).toContain(`CHAP ada ${CANARY}chap-${connected}`);
    const history = JSON.parse((await shell.run(['history', connected, '--json'], { env })).stdout);
    const types = history.map(({ type, reason }: { type: string; reason: string }) => `${type} ${reason}`);
    expect(types.filter((type: string) => type.startsWith('SecretsShown'))).toEqual(
      Array(2).fill('SecretsShown ticket 4711'),
    );
  });

  test('shred them, with a reason', async () => {
    const { volume } = thingsFor('connection show');
    const unexplained = await shell.run(['volume', 'shred-secrets', volume, '--json'], { env });
    expect(JSON.parse(unexplained.stderr).error).toMatchObject({ code: 'InvalidInput' });
    const shredded = await shell.run(['volume', 'shred-secrets', volume, ...REASON, '--json'], { env });
    expect(JSON.parse(shredded.stdout)).toEqual({ id: volume, secrets: 'shredded' });
  });

  test('rotate the master key, which the next command needs', async () => {
    const next = shell.path('next-master');
    writeFileSync(next, randomBytes(32).toString('hex'), { mode: 0o600 });
    const mine = await shell.run(['secrets', 'rotate-master', '--json'], { env });
    expect(JSON.parse(mine.stderr).error).toMatchObject({ code: 'KeyStoreUnavailable' });
    const rotated = await shell.run(['secrets', 'rotate-master', '--to', `file:${next}`, '--json'], { env });
    expect(JSON.parse(rotated.stdout)).toMatchObject({ keys: expect.any(Number) });
    const { connection } = thingsFor('connection show');
    const asked = [...show, connection, '--show-secrets', ...REASON, '--json'];
    expect(JSON.parse((await shell.run(asked, { env })).stderr).error).toMatchObject({ code: 'KeyStoreUnavailable' });
    const env2 = { ...env, SCORIA_MASTER_KEY: `file:${next}` };
    expect((await shell.run(asked, { env: env2 })).stdout).toContain(`${CANARY}chap-`);
    expect(readFileSync(shell.path('scoria.db.keys')).includes(CANARY)).toBe(false);
  });
});
