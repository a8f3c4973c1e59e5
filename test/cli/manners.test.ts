import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { EXIT_CODE_MEANINGS } from '../../src/cli/exit-codes.ts';
import { rejections } from '../../src/domain/errors.ts';
import { type Printed, Shell } from './scoria.ts';

const STUBBORN = fileURLToPath(new URL('./fixtures/stubborn-driver.ts', import.meta.url));

// A driver is asked for ten seconds before its call counts as unknown: the other tests run meanwhile.
const stubborn = new Shell();
let vanished: Promise<Printed>;
beforeAll(async () => {
  await stubborn.json('backend', 'add', 'stubborn', '--driver', STUBBORN);
  vanished = stubborn.refused('volume', 'create', 'stubborn', '1', '--name', 'vanishes');
  vanished.catch(() => {});
});

describe('a mistake in the command line', () => {
  const shell = new Shell();

  test('names the nearest verb and option, on standard error, with exit code 2', async () => {
    const { code, stdout, stderr } = await shell.run(['volume', 'creat', 'store', '1']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: unknown command 'creat'\n {2}hint: did you mean create\?\n {2}code: InvalidInput\n$/,
    );
    expect(await shell.refused('volum', 'list')).toMatchObject({
      exit: 2,
      code: 'InvalidInput',
      remedy: 'did you mean volume?',
    });
    expect(await shell.refused('volume', 'lsit')).toMatchObject({ exit: 2, remedy: 'did you mean list?' });
    expect(await shell.refused('volume', 'list', '--jsno')).toMatchObject({ exit: 2, remedy: 'did you mean --json?' });
    expect(await shell.refused('volume', 'metadata', 'sett')).toMatchObject({ exit: 2, remedy: 'did you mean set?' });
    expect(await shell.refused('frobnicate')).toMatchObject({ remedy: '`scoria --help` shows what there is' });
    expect(await shell.refused('volume', 'list', '--bakend', 'x')).toMatchObject({
      exit: 2,
      remedy: 'did you mean --backend?',
    });
  });

  test('is one JSON document with --json, wherever it is', async () => {
    const shape = {
      exit: 2,
      code: 'InvalidInput',
      message: expect.any(String),
      remedy: expect.any(String),
      details: expect.any(Object),
    };
    expect(await shell.refused('volume')).toMatchObject(shape);
    expect(await shell.refused('volume', 'create', 'store')).toMatchObject(shape);
    expect(await shell.refused('backend', 'add', 'b')).toMatchObject(shape);
    expect(await shell.refused('backend', 'add', 'b', '--driver', 'file', '--set', 'directory')).toMatchObject(shape);
    expect(await shell.refused('volume', 'create', 'store', 'ten')).toMatchObject(shape);
    expect(await shell.refused('volume', 'list', '--log-level', 'loud')).toMatchObject(shape);
    expect(await shell.refused('volume', 'delete', 'x', '--at', '1')).toMatchObject(shape);
    expect(existsSync(shell.path('scoria.db'))).toBe(false);
  });

  test('--help and --version are no mistakes', async () => {
    const help = await shell.run(['--help']);
    expect(help.code).toBe(0);
    for (const { code, name } of EXIT_CODE_MEANINGS)
      expect(help.stdout).toMatch(new RegExp(`^ +${code} +${name} `, 'm'));
    const verb = await shell.run(['volume', 'create', '--help']);
    expect(verb).toMatchObject({ code: 0, stdout: expect.stringContaining('--reason') });
    expect(await shell.run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a log that is missing', () => {
  const shell = new Shell();

  test('is not made by a read, nor by a command that needs what is in it', async () => {
    const verbs = [
      ['volume', 'list'],
      ['volume', 'create', 's', '1'],
      ['kv', 'get', 'k'],
      ['kv', 'delete', 'k'],
      ['history'],
      ['dump'],
    ];
    const refusals = await Promise.all(verbs.map((verb) => shell.refused(...verb, '--log', 'none.db')));
    for (const refusal of refusals) expect(refusal).toMatchObject({ exit: 8, code: 'LogNotFound' });
    expect(existsSync(shell.path('none.db'))).toBe(false);
  });
});

describe('exit codes', () => {
  const shell = new Shell();
  beforeAll(() => shell.addStore());

  test('every kind of rejection has one', () => {
    const kinds = new Set(Object.values(rejections).map((reject) => reject('', '').kind));
    expect([...kinds].sort()).toEqual(
      EXIT_CODE_MEANINGS.slice(2)
        .map(({ name }) => name)
        .sort(),
    );
  });

  test('2 invalid, 3 not found, 4 conflict', async () => {
    const create = ['volume', 'create', 'store'];
    for (const size of ['0', '-1', '1.5', '99999999'])
      expect(await shell.refused(...create, size)).toMatchObject({ exit: 2 });
    expect(await shell.refused(...create, '1', '--id', 'v1')).toMatchObject({ exit: 2, code: 'InvalidInput' });
    expect(await shell.refused('volume', 'list', '--at', 'noon')).toMatchObject({ exit: 2, code: 'InvalidInput' });
    expect(await shell.refused('volume', 'list', '--at', '999')).toMatchObject({ exit: 3, code: 'PositionNotFound' });
    expect(await shell.refused('volume', 'create', 'nope', '1')).toMatchObject({ exit: 3, code: 'BackendNotFound' });
    expect(await shell.refused('volume', 'delete', 'no such')).toMatchObject({ exit: 3, code: 'VolumeNotFound' });
    expect(await shell.refused('volume', 'extend', randomUUID(), '2')).toMatchObject({
      exit: 3,
      code: 'VolumeNotFound',
    });
    const add = ['backend', 'add', 'store', '--driver', 'file', '--set', 'directory=/elsewhere'];
    expect(await shell.refused(...add)).toMatchObject({ exit: 4, code: 'BackendConfigurationDiffers' });
    expect(await shell.json(...create, '1', '--id', 'v1', '--non-uuid-ids')).toMatchObject({ id: 'v1' });
  });

  test('5 busy, 6 failed', async () => {
    const id = randomUUID();
    const create = ['volume', 'create', 'stubborn', '1', '--name'];
    expect(await stubborn.refused(...create, 'fails')).toMatchObject({ exit: 6, code: 'DriverFailed' });
    const hanging = stubborn.json(...create, 'hangs', '--id', id);
    await expect.poll(() => stubborn.run(['volume', 'show', id]).then(({ code }) => code), { timeout: 4_000 }).toBe(0);
    const rename = ['volume', 'rename', id, 'n', '--wait', '0.1'];
    expect(await stubborn.refused(...rename)).toMatchObject({ exit: 5, code: 'ResourceBusy' });
    await hanging;
  });
});

describe('a command', () => {
  const shell = new Shell();
  beforeAll(() => shell.addStore());

  test('happens once with its --command-id; the id is refused for another', async () => {
    const command = ['--command-id', randomUUID(), 'volume', 'create', 'store', '1', '--name'];
    const made = await shell.json(...command, 'once');
    expect(await shell.json(...command, 'once')).toEqual(made);
    expect(await shell.refused(...command, 'twice')).toMatchObject({ exit: 4, code: 'CommandIdReused' });
    const deletion = ['volume', 'delete', made.id, '--command-id', randomUUID()];
    expect(await shell.json(...deletion)).toEqual(await shell.json(...deletion));
    expect(await shell.json('volume', 'list')).toEqual([]);
  });

  test('takes its global options before or after the verb', async () => {
    const before = await shell.run(['--json', '--log', 'scoria.db', 'volume', 'list']);
    const after = await shell.run(['volume', 'list', '--log=scoria.db', '--json']);
    expect(before).toEqual(after);
    const { code, stdout } = await shell.run(['kv', 'set', 'k', '--', '--json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'key k: value --json\n' });
  });

  test('shows people tables and local times, and no control characters of a name', async () => {
    await shell.json('volume', 'create', 'store', '1', '--name', 'red\u001b[31m\nname');
    const { stdout } = await shell.run(['volume', 'list'], { env: { TZ: 'Asia/Kathmandu' } });
    const [{ created_at }] = await shell.json('volume', 'list');
    expect(stdout).toContain('red\\u001b[31m\\u000aname');
    const local = new Date(Date.parse(created_at) + (5 * 60 + 45) * 60_000).toISOString();
    expect(stdout).toContain(local.slice(0, 19).replace('T', ' '));
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  test('ends quietly when its reader goes', async () => {
    for (let index = 0; index < 3; index += 1) await shell.json('kv', 'set', `k${index}`, 'x'.repeat(90_000));
    const child = shell.start(['events', 'list', '--json']);
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toBe(0);
    expect(complaints).toBe('');
  });
});

test('exit code 7 is for an outcome that is unknown', async () => {
  expect(await vanished).toMatchObject({ exit: 7, code: 'OutcomeUnknown' });
});
