import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurationPage } from '../../docs-site/reference/configuration.ts';
import { checkConfiguration } from '../../src/config/check.ts';
import { builtInConfigurationSchema, configurationSchema } from '../../src/config/json-schema.ts';
import { parseYaml } from '../../src/config/yaml-file.ts';
import type { DriverDefinition } from '../../src/drivers/contract.ts';
import memory from '../../src/drivers/memory/driver.ts';
import { fileWith } from './directory.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

describe('what is written from the schema of the configuration', () => {
  test('is as the sources say: npm run configuration:write', async () => {
    expect(JSON.parse(await read('schema/scoria.schema.json'))).toEqual(await builtInConfigurationSchema());
    const { path, text } = configurationPage();
    expect(await read(path)).toBe(text);
  });
});

test('options whose texts begin, end or hold what they must are in the JSON Schema as patterns', () => {
  const options = z.strictObject({ export: z.string().startsWith('/'), template: z.string().includes('%s') });
  const schema = configurationSchema([{ ...memory, name: 'own', options } as unknown as DriverDefinition]);
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(schema);
  const accepts = (given: object) => validate({ backends: { a: { volume_driver: 'own', ...given } } });
  expect(accepts({ export: '/srv', template: 'v-%s' })).toBe(true);
  expect(accepts({ export: 'srv', template: 'v-%s' })).toBe(false);
});

describe('the JSON Schema', async () => {
  const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false }).compile(
    JSON.parse(await read('schema/scoria.schema.json')),
  );
  const accepts = async (text: string) => validate((await parseYaml('f', text)).content);

  const page = await read('docs/reference/configuration.md');
  const guide = await read('docs/how-to/configure.md');
  const blocks = [...`${page}\n${guide}`.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);

  test.each(blocks)('takes what the docs show: %j', async (yaml) => {
    expect(await accepts(yaml)).toBe(true);
    const { problems } = await checkConfiguration({ file: fileWith(yaml), environment: {} }, { runCommands: false });
    const unexpected = problems.filter(({ message }) => !/cannot be loaded|is not set|ENOENT/.test(message));
    expect(unexpected).toEqual([]);
  });

  test.each([
    '{}',
    'wait: 3',
    'backends: { a: { volume_driver: file, directory: /a, reserved_percentage: 5 } }',
    'backends: { a: { volume_driver: ./own.ts, anything: [1] } }',
    'backends: { a: { volume_driver: memory, password: "env:A", max_over_subscription_ratio: 20 } }',
    'backends: { a: { volume_driver: memory, password: { command: [pass, show] } } }',
  ])('takes %s', async (text) => {
    expect(await accepts(text)).toBe(true);
  });

  test.each([
    'wiat: 3',
    'wait: -1',
    'log_level: loud',
    'backends: { a: {} }',
    'backends: { a b: { volume_driver: file } }',
    'backends: { a: { volume_driver: flie } }',
    'backends: { a: { volume_driver: file, directry: /a } }',
    'backends: { a: { volume_driver: file, directory: 3 } }',
    'backends: { a: { volume_driver: memory, directory: /a } }',
    'backends: { a: { volume_driver: memory, password: hunter2 } }',
    'backends: { a: { volume_driver: memory, password: { command: pass } } }',
    'backend_defaults: { latency_ms: x }',
  ])('refuses %s', async (text) => {
    expect(await accepts(text)).toBe(false);
  });
});
