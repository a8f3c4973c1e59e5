import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ScoriaError } from '../../src/domain/errors.ts';
import { DRIVER_NAMES, findDriver, listDrivers } from '../../src/drivers/registry.ts';
import { nearest } from '../../src/nearest.ts';

const repository = join(import.meta.dirname, '../..');
let directory: string;
let driverPath: string;

const DRIVER = `
import { z } from ${JSON.stringify(pathToFileURL(join(repository, 'node_modules/zod/index.js')).href)};
export default { name: 'mine', description: 'd', options: z.strictObject({}), connector: z.object({}), create: () => ({}) };
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-test-'));
  driverPath = join(directory, 'driver.mjs');
  await writeFile(driverPath, DRIVER);
});

afterAll(() => rm(directory, { recursive: true }));

const refusal = async (name: string): Promise<ScoriaError> => {
  const error = await findDriver(name).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ScoriaError);
  expect((error as ScoriaError).code).toBe('UnknownDriver');
  return error as ScoriaError;
};

test('finds the built-in drivers and lists them', async () => {
  expect((await findDriver('file')).name).toBe('file');
  expect((await listDrivers()).map(({ name }) => name)).toEqual(expect.arrayContaining(['file', 'memory']));
});

test('finds a driver by path and by URL', async () => {
  for (const name of [driverPath, pathToFileURL(driverPath).href, `./${relative(process.cwd(), driverPath)}`]) {
    expect((await findDriver(name)).name).toBe('mine');
  }
});

test('finds a driver in a package of the working directory', async () => {
  const folder = join(directory, 'node_modules', 'scoria-driver-mine');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'scoria-driver-mine', main: 'index.mjs' }));
  await writeFile(join(folder, 'index.mjs'), DRIVER);
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(directory);
  expect((await findDriver('npm:scoria-driver-mine')).name).toBe('mine');
  cwd.mockRestore();
  expect((await refusal('npm:scoria-driver-absent')).message).toContain('cannot be loaded');
});

test('names the driver that was meant, and those that are', async () => {
  expect((await refusal('memroy')).message).toContain('did you mean "memory"?');
  const error = await refusal('drivers/mine.ts');
  expect(error.message).toContain('there is no driver "drivers/mine.ts"');
  expect(error.message).toContain(`the drivers are ${DRIVER_NAMES.join(', ')}`);
  expect(error.message).toContain('./driver.ts');
  expect((await refusal('toString')).message).not.toContain('did you mean');
});

test.each([
  ['', '"default" is not a driver definition'],
  ['export default 5;', '"default" is not a driver definition'],
  ['export default null;', '"default" is not a driver definition'],
  ['export default {};', '"name" is not a text'],
  ['export default { name: "x", description: "d", options: {} };', '"options" is not a zod 4 object schema'],
  [DRIVER.replace('create: () => ({})', ''), '"create" is not a function'],
  [DRIVER.replace('z.strictObject({})', 'z.string()'), '"options" is not a zod 4 object schema'],
  ['throw new Error("broken inside");', 'broken inside'],
])('refuses a module that exports no driver: %j', async (source, said) => {
  const path = join(directory, `wrong-${said.length}-${source.length}.mjs`);
  await writeFile(path, source);
  const error = await refusal(path);
  expect(error.message).toContain(said);
  expect(error.message).toContain(path);
});

test('says that a module is not there', async () => {
  expect((await refusal('./no-such-driver.ts')).message).toContain('"./no-such-driver.ts" cannot be loaded');
});

test.each([
  ['san_pi', 'san_ip'],
  ['SAN-IP', 'san_ip'],
  ['volumegroup', 'volume_group'],
  ['vg', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('nearest to %.20s is %s', (word, meant) => {
  expect(nearest(word, ['san_ip', 'volume_group', 'array'])).toBe(meant);
});
