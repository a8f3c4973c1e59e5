import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { ScoriaError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { connectorWith } from '../../src/drivers/connector-schema.ts';
import { defineDriver } from '../../src/drivers/contract.ts';
import { describeOptions } from '../../src/drivers/describe-options.ts';
import file from '../../src/drivers/file/driver.ts';
import memory from '../../src/drivers/memory/driver.ts';
import { commonOptions, decimal, secret } from '../../src/drivers/options.ts';
import { checkOptions, parseOptions } from '../../src/drivers/parse-options.ts';
import { resolveSecrets } from '../../src/drivers/resolve-secrets.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { Secret } from '../../src/secret.ts';
import { runForReal } from './file-fixture.ts';

const CANARY = 'canary-secret-8731';

const resolve = (options: JsonObject) => resolveSecrets(sample, options, runForReal);

/** A driver with options of every kind, written with plain zod as a user would. */
const sample = defineDriver({
  name: 'sample',
  description: 'A driver for these tests',
  options: z
    .strictObject({
      san_ip: z.string().min(1).describe('Address'),
      san_port: z.int().min(1).max(65_535).default(22).describe('Port'),
      verify: z.boolean().optional().describe('Whether to verify'),
      timeout: z.number().nullable().default(null),
      helper: z.enum(['tgtadm', 'lioadm']).default('tgtadm').describe('Target'),
      portals: z.array(z.string()).default([]),
      scale: decimal({ min: 0, max: 1 }).default('0.5'),
      fraction: z.number().optional(),
      san_password: secret().describe('Password'),
      chap_password: secret().optional(),
      mutual_password: secret().optional(),
      ...commonOptions,
    })
    .refine((all) => all.san_ip !== 'refused', {
      error: (issue) => `refused with ${JSON.stringify(issue.input)}`,
      path: ['san_ip'],
      when: () => true,
    }),
  connector: connectorWith('initiator'),
  create: () => {
    throw new Error('Not made in these tests');
  },
});

const GIVEN = { san_ip: '10.0.0.1', san_password: 'env:SAN_PASSWORD' };
const parse = (options: Record<string, unknown>) => parseOptions(sample, { ...GIVEN, ...options });

const refusal = (call: () => unknown): ScoriaError => {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ScoriaError);
    expect((error as ScoriaError).code).toBe('InvalidDriverOption');
    return error as ScoriaError;
  }
  throw new Error('It was not refused');
};

const everythingOf = (error: ScoriaError): string =>
  [
    error.message,
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 9, showHidden: true }),
  ].join();

describe('parseOptions', () => {
  test('fills in defaults, and parses what it made to the same', () => {
    const parsed = parse({});
    expect(parsed).toEqual({
      san_ip: '10.0.0.1',
      san_port: 22,
      timeout: null,
      helper: 'tgtadm',
      portals: [],
      scale: '0.5',
      san_password: { env: 'SAN_PASSWORD' },
      max_over_subscription_ratio: '20.0',
      reserved_percentage: 0,
    });
    expect(parseOptions(sample, parsed)).toEqual(parsed);
  });

  test.each([
    ['san_port', '3260', 3260],
    ['san_port', ' 22 ', 22],
    ['reserved_percentage', '10', 10],
    ['verify', 'true', true],
    ['verify', 'Yes', true],
    ['verify', '0', false],
    ['verify', 'off', false],
    ['timeout', '30', 30],
    ['max_over_subscription_ratio', '10', '10'],
    ['max_over_subscription_ratio', 1.5, '1.5'],
    ['portals', 'a:1, b:2', ['a:1', 'b:2']],
    ['portals', '', []],
    ['san_ip', '12', '12'],
  ])('reads %s=%j as %j', (name, text, value) => {
    expect(parse({ [name]: text })[name]).toEqual(value);
  });

  test.each([
    ['san_port', 'ten', 'integer from 1 to 65535'],
    ['san_port', '', 'integer'],
    ['san_port', '1e3', 'integer'],
    ['san_port', '0x10', 'integer'],
    ['san_port', '22.5', 'integer'],
    ['san_port', '0', '>=1'],
    ['san_port', 70_000, '<=65535'],
    ['san_port', true, 'integer'],
    ['reserved_percentage', '101', '100'],
    ['verify', 'maybe', 'boolean'],
    ['verify', 1, 'boolean'],
    ['timeout', 'soon', 'number'],
    ['helper', 'tgtadn', 'tgtadm'],
    ['max_over_subscription_ratio', '0.5', 'at least 1'],
    ['max_over_subscription_ratio', 'auto', 'decimal'],
    ['max_over_subscription_ratio', Number.NaN, 'decimal'],
    ['scale', '2', 'at most 1'],
    ['san_ip', null, 'string'],
    ['portals', 5, 'list'],
  ])('refuses %s=%j and says what would be right', (name, value, expected) => {
    const error = refusal(() => parse({ [name]: value }));
    expect(error.message).toContain(`"${name}"`);
    expect(error.message).toContain(expected);
    expect(error.details).toEqual({ driver: 'sample', option: name });
  });

  test('names the option that was meant, and all that exist', () => {
    const error = refusal(() => parse({ sanport: 3 }));
    expect(error.message).toContain('has no option "sanport"');
    expect(error.message).toContain('did you mean "san_port"?');
    expect(error.message).toContain('reserved_percentage, san_ip');
    expect(refusal(() => parse({ colour: 'red' })).message).not.toContain('did you mean');
    expect(refusal(() => parse(JSON.parse('{"__proto__": 1}'))).message).toContain('has no option "__proto__"');
    expect(refusal(() => parse({ toString: 1 })).message).toContain('has no option "toString"');
  });

  test('finds everything that is wrong, an option once', () => {
    const given = { san_port: 0, sanport: 1, helper: 'x', san_password: CANARY, san_ip: 'refused', verify: 'maybe' };
    const problems = E.getOrElseW(() => [])(E.swap(checkOptions(sample, given)));
    expect(problems.map(({ details }) => details.option)).toEqual([
      'sanport',
      'san_port',
      'verify',
      'helper',
      'san_password',
    ]);
    expect(JSON.stringify(problems)).not.toContain(CANARY);
    const overAll = checkOptions(sample, { ...GIVEN, san_ip: 'refused' });
    expect(E.swap(overAll)).toMatchObject({ right: [{ details: { option: 'san_ip' } }] });
  });

  test('names an option that is missing', () => {
    const error = refusal(() => parseOptions(sample, { san_password: 'env:A' }));
    expect(error.message).toContain('driver "sample" needs option "san_ip"');
    expect(error.remedy).toContain('Address');
    expect(refusal(() => parseOptions(sample, { san_ip: 'a' })).message).toContain('needs option "san_password"');
    expect(refusal(() => parseOptions(file, {})).message).toContain('"directory"');
  });

  test('takes an option that is undefined as not given', () => {
    expect(parse({ verify: undefined, unknown: undefined })).toEqual(parse({}));
  });

  test('refuses a fraction, which the log cannot hold', () => {
    expect(refusal(() => parse({ fraction: '0.5' })).message).toContain('"fraction"');
    expect(parse({ fraction: '2' }).fraction).toBe(2);
  });
});

describe('credentials', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ['env:SAN_PASSWORD', { env: 'SAN_PASSWORD' }],
    [{ env: 'SAN_PASSWORD' }, { env: 'SAN_PASSWORD' }],
    ['file:/run/secret', { file: '/run/secret' }],
    [{ file: '/run/secret' }, { file: '/run/secret' }],
    ['command:pass show san/ada', { command: ['pass', 'show', 'san/ada'] }],
    ['command:["pass", "show", "the array"]', { command: ['pass', 'show', 'the array'] }],
    [{ command: ['/usr/bin/pass', 'show'] }, { command: ['/usr/bin/pass', 'show'] }],
  ])('are references: %j', (given, kept) => {
    expect(parse({ san_password: given, chap_password: given })).toMatchObject({
      san_password: kept,
      chap_password: kept,
    });
  });

  test.each([
    CANARY,
    '',
    12_345_678,
    `env:${CANARY}`,
    `file:${CANARY}`,
    { env: CANARY },
    { value: CANARY },
    { env: 'A', file: `/${CANARY}` },
    { [CANARY]: CANARY },
    [CANARY],
    new Secret(CANARY),
    'command:',
    `command:./${CANARY}`,
    `command:echo '${CANARY}'`,
    `command:echo $(${CANARY})`,
    `command:["echo", "${CANARY}"`,
    `command:["echo", 1, "${CANARY}"]`,
    { command: [] },
    { command: CANARY },
    { command: [CANARY], env: 'A' },
  ])('are never given themselves, and never repeated: %j', (value) => {
    for (const name of ['san_password', 'chap_password']) {
      const error = refusal(() => parse({ [name]: value }));
      expect(error.message).toContain(`"${name}" of driver "sample" must be a reference`);
      expect(error.message).toContain('env:NAME, file:/path or command:program argument');
      expect(everythingOf(error)).not.toContain(CANARY);
      expect(everythingOf(error)).not.toContain('12345678');
    }
  });

  test('stay out of what is said of other options', () => {
    for (const other of [{ san_ip: 'refused' }, { san_port: 'x' }, { unknown: 1 }, { san_ip: '' }]) {
      const error = refusal(() => parse({ ...other, chap_password: CANARY }));
      expect(everythingOf(error)).not.toContain(CANARY);
    }
  });

  test('are read when they are used, into secrets', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scoria-test-'));
    const path = join(directory, 'password');
    await writeFile(path, `${CANARY} 2\n`);
    vi.stubEnv('SAN_PASSWORD', CANARY);
    const parsed = parse({ chap_password: `file:${path}`, mutual_password: `command:cat ${path}` });
    expect(JSON.stringify(parsed)).not.toContain(CANARY);
    const resolved = await resolve(parsed);
    await rm(directory, { recursive: true });
    expect(resolved.san_password.reveal()).toBe(CANARY);
    expect(resolved.chap_password?.reveal()).toBe(`${CANARY} 2`);
    expect(resolved.mutual_password?.reveal()).toBe(`${CANARY} 2`);
    expect(resolved.san_port).toBe(22);
    expect(inspect(resolved, { showHidden: true }) + JSON.stringify(resolved)).not.toContain(CANARY);
  });

  test('are missed by the name of their reference', async () => {
    const missing = await resolve(parse({})).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: 'InvalidDriverOption' });
    expect(String(missing)).toContain('environment variable SAN_PASSWORD is not set');
    vi.stubEnv('SAN_PASSWORD', '');
    await expect(resolve(parse({}))).rejects.toThrow('SAN_PASSWORD is empty');
    const absent = { san_password: 'file:/no/such/file' };
    await expect(resolve(parse(absent))).rejects.toThrow('file /no/such/file cannot be read (ENOENT)');
    await expect(resolve(parse({ san_password: 'file:/dev/null' }))).rejects.toThrow('is empty');
  });
});

describe('a credential that a command prints', () => {
  const refusalOf = (command: readonly string[], run = runForReal) =>
    resolveSecrets(sample, parse({ san_password: { command } }), run).then(
      () => Promise.reject(new Error('It was not refused')),
      (error: ScoriaError) => error,
    );
  const loud = `echo ${CANARY}; echo ${CANARY} >&2;`;

  test('is what it prints, without the last newline', async () => {
    const { san_password } = await resolve(parse({ san_password: { command: ['printf', ' a\\nb\\n\\n'] } }));
    expect(san_password.reveal()).toBe(' a\nb\n');
  });

  test.each([
    ['exit code', ['sh', '-c', `${loud} exit 3`], 'command sh prints cannot be had: it ended with exit code 3'],
    ['signal', ['sh', '-c', `${loud} kill -9 $$`], 'command sh prints cannot be had: it was ended by SIGKILL'],
    ['nothing', ['true'], 'command true prints is empty'],
    ['no program', ['no-such-program'], 'command no-such-program prints cannot be had: it could not be started'],
  ])('is missed by the name of the command and how it ended, never by its output: %s', async (_, command, said) => {
    const error = await refusalOf(command);
    expect(error.code).toBe('InvalidDriverOption');
    expect(error.message).toContain(`option "san_password" of driver "sample": what the ${said}`);
    expect(everythingOf(error)).not.toContain(CANARY);
  });

  test('is not waited for without end', async () => {
    const hurried: RunCommand = (program, args, options) => {
      expect(options?.timeoutMs).toBe(30_000);
      return runForReal(program, args, { ...options, timeoutMs: 20 });
    };
    const error = await refusalOf(['sh', '-c', `${loud} sleep 600`], hurried);
    expect(error.message).toContain('what the command sh prints did not come within 30 s');
    expect(everythingOf(error)).not.toContain(CANARY);
  });
});

test('describeOptions tells name, type, default, description and whether it is a credential', () => {
  const described = new Map(describeOptions(sample).map((option) => [option.name, option]));
  expect(described.get('san_ip')).toEqual({
    name: 'san_ip',
    type: 'string',
    required: true,
    description: 'Address',
    secret: false,
  });
  expect(described.get('san_port')).toMatchObject({ type: 'integer from 1 to 65535', required: false, default: 22 });
  expect(described.get('helper')).toMatchObject({ type: 'one of tgtadm, lioadm', default: 'tgtadm' });
  expect(described.get('timeout')).toMatchObject({ type: 'number', default: null });
  expect(described.get('san_password')).toMatchObject({ secret: true, required: true, description: 'Password' });
  expect(described.get('chap_password')).toMatchObject({ secret: true, required: false });
  for (const definition of [memory, file]) {
    for (const option of describeOptions(definition)) expect(option.description).not.toBe('');
    expect(describeOptions(definition).map(({ name }) => name)).toContain('max_over_subscription_ratio');
  }
});

test('connectorWith wants its properties as texts, and takes others', () => {
  const schema = connectorWith('host', 'initiator');
  expect(schema.safeParse({ host: 'a', initiator: 'iqn', multipath: false }).success).toBe(true);
  for (const wrong of [{}, { host: 'a' }, { host: 'a', initiator: '' }, { host: 1, initiator: 'iqn' }, null, 'host']) {
    expect(schema.safeParse(wrong).success).toBe(false);
  }
});
