import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { accepted } from '../../property-tests/model/from-schema.ts';
import { operations } from '../../src/commands/operations.ts';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { provideDriver } from '../../src/drivers/registry.ts';
import { type Command, createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { CANARY, MOOD, talkativeMemory, WITNESS } from './drivers/talkative.ts';
import { allOf, expectNone, expectNoneInFiles, keepingLogger } from './marks.ts';
import { scratch } from './scratch.ts';

const MOODS = ['refusing', 'losing', 'well'] as const;
type Mood = (typeof MOODS)[number];

const KEEP_KEYS = fileURLToPath(new URL('../../examples/key-store/keep-keys.mjs', import.meta.url));
const HERE = { host: hostname() };
const driver = provideDriver(talkativeMemory);
afterAll(() => driver[Symbol.dispose]());

const variable = (name: string, value: string): void => {
  process.env[name] = value;
  onTestFinished(() => void delete process.env[name]);
};

/** A log in a file, an array, and secrets in the environment. All that could be written is below one directory. */
const openWorld = async (
  keys: Pick<EngineOptions, 'keyStore' | 'masterKey'> = { masterKey: 'env:SCORIA_TEST_MASTER' },
) => {
  const directory = scratch();
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary);
  const before = process.env.TMPDIR;
  variable('TMPDIR', temporary);
  if (before !== undefined) onTestFinished(() => void Object.assign(process.env, { TMPDIR: before }));
  const master = randomBytes(32).toString('base64');
  // What nothing refers to is no secret of Scoria's.
  if (keys.masterKey !== undefined) variable('SCORIA_TEST_MASTER', master);
  variable('SCORIA_TEST_PASSWORD', `${CANARY}array-password`);
  const logger = keepingLogger();
  const engine = await createEngine({
    log: join(directory, 'scoria.db'),
    ...keys,
    shredDeleted: true,
    logger,
    rootHelper: '',
    reconcileTimeoutMs: 0,
  });
  const array = memoryArray(randomUUID());
  onTestFinished(() => array.reset());
  const options = { array: array.name, password: 'env:SCORIA_TEST_PASSWORD' };
  const backend = await engine.addBackend({ name: 'store', driver: driver.name, options });
  await engine.addBackend({ name: 'spare', driver: driver.name, options });
  return { directory, engine, backend, logger, options, secrets: [CANARY, master] };
};
type World = Awaited<ReturnType<typeof openWorld>>;

/** Things for one mood: what an operation fits, it finds among them. Each volume has credentials that are sealed. */
const furnish = async ({ backend, engine }: World, mood: Mood) => {
  const volumes = await Promise.all(
    ['plain', 'snapped', 'connected', 'attached'].map((name) =>
      backend.createVolume({ size: 1, name: `${name} ${mood}` }),
    ),
  );
  const [plain, snapped, connected, attached] = volumes as [
    (typeof volumes)[0],
    (typeof volumes)[0],
    (typeof volumes)[0],
    (typeof volumes)[0],
  ];
  for (const volume of [plain, snapped]) await (await volume.connect(HERE)).disconnect();
  const snapshot = await snapped.createSnapshot();
  const connections = [await connected.connect(HERE), await attached.attach()];
  const key = `key ${mood}`;
  await engine.keyValues.set(key, 'a value');
  return {
    volumes: volumes.map(({ id }) => id),
    snapshot: snapshot.id,
    connections: connections.map(({ id }) => id),
    key,
  };
};

type Fields = Readonly<Record<string, unknown>>;

/** What a field can be, by its name; a field that is not known here is made from its schema. */
const valuesFor = (
  things: Awaited<ReturnType<typeof furnish>>,
  { options }: World,
  mood: Mood,
): Record<string, readonly unknown[]> => ({
  volume_id: things.volumes,
  snapshot_id: [things.snapshot],
  connection_id: things.connections,
  connector: [HERE],
  backend: ['store'],
  name: ['store', 'spare', `new-${mood}`],
  driver: [driver.name],
  options: [{ ...options, latency_ms: 1 }],
  size: [2],
  key: [things.key],
  device: [{ path: '/dev/sdq' }],
});

const combinations = (fields: readonly (readonly [string, readonly unknown[]])[]): readonly Fields[] =>
  fields.reduce<readonly Fields[]>(
    (made, [name, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );

/**
 * Inputs for a command, of whatever there is to choose from: all fields that it needs, and once those besides that are
 * known here.
 */
const inputsOf = (schema: z.ZodObject, known: Record<string, readonly unknown[]>): readonly Fields[] => {
  const fields = Object.entries(schema.shape).filter(([name]) => name !== 'id') as [string, z.ZodType][];
  const isNeeded = (field: z.ZodType) => !field.safeParse(undefined).success;
  const choices = (chosen: typeof fields) =>
    combinations(
      chosen.map(([name, field]) => [name, known[name] ?? fc.sample(accepted(field), { numRuns: 1, seed: 7 })]),
    );
  const fullest = fields.filter(([name, field]) => isNeeded(field) || known[name] !== undefined);
  const least = fields.filter(([, field]) => isNeeded(field));
  return fullest.length === least.length ? choices(least) : [...choices(least), ...choices(fullest)];
};

const readAll = async (engine: Engine): Promise<string> => {
  const view = await engine.view();
  const read: unknown[] = [
    view.volumes(),
    view.backends(),
    view.connections(),
    view.keyValues(),
    await view.capacity(),
  ];
  const texts = [await view.dump({ withConfiguration: true }), ...(await Array.fromAsync(view.exportEvents()))];
  for await (const { words, reason, event } of view.history()) read.push(words, reason, event.data);
  const objects = await Promise.all((await engine.volumes()).map(async (volume) => [volume, volume.connections]));
  return JSON.stringify([read, objects, texts], (_, value) => (typeof value === 'bigint' ? String(value) : value));
};

const ends = { fitting: 0, refused: 0, unknown: 0 };

test.each(Object.keys(operations) as (keyof typeof operations)[])(
  '%s shows no credential, however it ends',
  async (type) => {
    const world = await openWorld();
    const { engine, directory, logger, secrets } = world;
    const schema = operations[type].command.schema as unknown as z.ZodObject;
    const said: string[] = [];
    let successes = 0;
    const things = new Map<Mood, Awaited<ReturnType<typeof furnish>>>();
    for (const mood of MOODS) things.set(mood, await furnish(world, mood));
    for (const [mood, of] of things) {
      const known = valuesFor(of, world, mood);
      process.env[MOOD] = mood;
      if (mood === 'well') process.env[WITNESS] = join(directory, 'witness');
      onTestFinished(() => void [MOOD, WITNESS].map((name) => delete process.env[name]));
      for (const input of inputsOf(schema, known)) {
        const outcome = await engine.execute({ type, ...input } as Command, { reason: 'ticket 4711' });
        said.push(JSON.stringify(outcome), allOf(outcome));
        if (!isLeft(outcome)) successes += mood === 'well' ? 1 : 0;
        else if (outcome.left.kind === 'failed') ends.refused += 1;
        else if (outcome.left.kind === 'unknown') ends.unknown += 1;
      }
      delete process.env[MOOD];
      delete process.env[WITNESS];
    }
    if (successes > 0) ends.fitting += 1;
    expectNone(secrets, 'what it answered', said.join('\n'));
    expectNone(secrets, 'what is read', await readAll(engine));
    expectNone(secrets, 'the log lines', logger.lines.join('\n'));
    expectNoneInFiles(secrets, directory);
    await engine.close();
    expectNoneInFiles(secrets, directory);
  },
  20_000,
);

test('they were told: drivers failed in all ways, and said what they knew', () => {
  // Inputs that fit are found for nearly all; the record's own operations need more than is here.
  expect(ends.fitting).toBeGreaterThan(Object.keys(operations).length * 0.8);
  expect(ends.refused).toBeGreaterThan(10);
  expect(ends.unknown).toBeGreaterThan(10);
});

test.each([
  ['in a file', undefined],
  ['kept by a program', KEEP_KEYS],
])('programs and log lines were looked at, and errors that the methods throw: keys %s', async (_, program) => {
  const world = await openWorld(
    program === undefined ? undefined : { keyStore: { command: [process.execPath, program, scratch()] } },
  );
  const { engine, backend, directory, logger, secrets } = world;
  const volumes = [await backend.createVolume({ size: 1 }), await backend.createVolume({ size: 1 })] as const;
  const [connection] = await Promise.all(volumes.map((volume) => volume.connect(HERE)));
  expect(JSON.stringify(connection?.conn_info)).toContain(`${CANARY}target-a`);
  variable(WITNESS, join(directory, 'witness'));
  for (const [index, mood] of (['refusing', 'losing'] as const).entries()) {
    variable(MOOD, mood);
    const volume = volumes[index] as (typeof volumes)[0];
    const error = await volume.extend(2).catch((thrown) => thrown);
    expect(error.message).toMatch(/refused \[secret\]|lost \[secret\]/);
    expectNone(secrets, 'what was thrown', allOf(error));
  }
  const witnessed = readFileSync(join(directory, 'witness'), 'utf8');
  expect(witnessed).toContain('TMPDIR=');
  expect(witnessed).toMatch(/sh -c cat >\/dev\/null/);
  expectNone(secrets, 'what programs see', witnessed);
  expect(logger.lines.some((line) => line.includes('Using [secret]'))).toBe(true);
  await engine.close();
});
