import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../src/config/check.ts';
import { fileWith } from './directory.ts';

const CANARY = 'canary-8731';

const problemsOf = async (text: string, runCommands = false, environment = {}) => {
  const file = fileWith(text);
  const { problems } = await checkConfiguration({ file, environment }, { runCommands });
  expect(JSON.stringify(problems)).not.toContain(CANARY);
  return problems.map(({ place, field, message, remedy }) => {
    const where = place.source === 'file' ? `${place.line}:${place.column}` : JSON.stringify(place);
    return { at: `${where} ${field}`, message, remedy };
  });
};

const backend = (lines: string): string => `backends:\n  one:\n    volume_driver: memory\n${lines}`;

describe('checkConfiguration', () => {
  test.each([
    ['wiat: 3', '1:1 wiat', 'there is no such setting', 'did you mean "wait"?'],
    ['zzzzzz: 3', '1:1 zzzzzz', 'there is no such setting', 'the settings are log, user'],
    ['__proto__: 3', '1:1 __proto__', 'there is no such setting', 'the settings are'],
    [`wait: ${CANARY}`, '1:1 wait', 'must be a number from 0', 'in seconds'],
    ['wait: -1', '1:1 wait', 'must be a number from 0', 'in seconds'],
    ['effect_timeout: 0.5', '1:1 effect_timeout', 'must be a number from 1', 'in seconds'],
    ['operations_per_backend: 1.5', '1:1 operations_per_backend', 'must be an integer from 1', 'How many'],
    ['log_level: loud', '1:1 log_level', 'must be one of trace, debug', 'What to log'],
    ['non_uuid_ids: 7', '1:1 non_uuid_ids', 'must be true or false', 'UUIDs'],
    ['user:', '1:1 user', 'must be a text that is not empty', 'Who gives commands'],
    ['log: "a\\0"', '1:1 log', 'must be a path, which holds no NUL', 'SQLite'],
    ['user: "\\ud800"', '1:1 user', 'must be well-formed Unicode', 'Who gives commands'],
    ['backends:\n  a: { volume_driver: file, directory: "\\0" }', '2:29 backends.a.directory', 'no NUL', 'Directory'],
    ['log: [a]', '1:1 log', 'must be a text', 'SQLite'],
    ['projections: [[a]]', '1:15 projections.0', 'must be a text', 'default export'],
    ['projections: [here]', '1:15 projections.0', 'is no path of a module', './chargeback.ts'],
    ['projections: [./none.ts]', '1:15 projections.0', 'cannot be loaded', './chargeback.ts'],
    [`- ${CANARY}`, '1:1 ', 'holds no settings', 'key: value'],
    ['backends: [a]', '1:1 backends', 'must be a mapping', 'by name'],
    ['backends:\n  a b: {}', '2:3 backends.a b', 'the name must start with', 'another name'],
    [`backends:\n  a: ${CANARY}`, '2:3 backends.a', 'must be a mapping of volume_driver', 'volume_driver'],
    ['backends:\n  a: { directory: /b }', '2:3 backends.a', 'needs volume_driver', './driver.ts'],
    ['backends:\n  a: { driver: file }', '2:8 backends.a.driver', 'is called volume_driver', 'give volume_driver'],
    ['backends:\n  a: { volume_driver: 3 }', '2:8 backends.a.volume_driver', 'name of a driver', 'volume_driver'],
    [
      'backends:\n  a: { volume_driver: flie }',
      '2:8 backends.a.volume_driver',
      'no driver "flie"',
      'did you mean "file"',
    ],
    ['backends:\n  a: { volume_driver: ./no.ts }', '2:8 backends.a.volume_driver', 'cannot be loaded', './driver.ts'],
    ['backends:\n  a: { volume_driver: file }', '2:3 backends.a.directory', 'needs option "directory"', 'Directory'],
    [backend('    total_capacity_gb: x'), '4:5 backends.one.total_capacity_gb', 'integer from 1', 'Capacity'],
    [backend('    latency: 3'), '4:5 backends.one.latency', 'no option "latency"', 'did you mean "latency_ms"'],
    [backend('    constructor: x'), '4:5 backends.one.constructor', 'no option "constructor"', 'the options are'],
    [backend(`    password: ${CANARY}`), '4:5 backends.one.password', 'must be a reference', 'env:NAME'],
    [backend(`    password: { value: ${CANARY} }`), '4:5 backends.one.password', 'must be a reference', 'env:NAME'],
    [backend('    password: env:NONE_8'), '4:5 backends.one.password', 'NONE_8 is not set', 'set NONE_8'],
    [backend('    password: { file: ./no }'), '4:5 backends.one.password', 'cannot be read (ENOENT)', 'into that file'],
    [`backend_defaults:\n  latency_ms: x\n${backend('')}`, '2:3 backend_defaults.latency_ms', 'integer', 'How long'],
    [`backend_defaults:\n  colour: x\n${backend('')}`, '2:3 backend_defaults.colour', "no backend's driver", 'array'],
    ['backend_defaults: 3', '1:1 backend_defaults', 'must be a mapping', 'Options for all backends'],
  ])('%s', async (text, at, message, remedy) => {
    expect(await problemsOf(text)).toEqual([
      { at, message: expect.stringContaining(message), remedy: expect.stringContaining(remedy) },
    ]);
  });

  test('finds every mistake, from the top of the file', async () => {
    const text = [
      'wiat: 3',
      'wait: soon',
      'wait: 4',
      'backend_defaults:',
      '  max_over_subscription_ratio: 0.5',
      'backends:',
      '  one: { volume_driver: file }',
      `  two: { volume_driver: memory, latency: 3, password: ${CANARY}, total_capacity_gb: x }`,
      '  three: { volume_driver: memory, password: env:NONE_8 }',
      '  four: {}',
    ].join('\n');
    const found = await problemsOf(text, false, { SCORIA_WAIT: 'x' });
    expect(found.map(({ at }) => at)).toEqual([
      '1:1 wiat',
      '3:1 wait',
      '5:3 backend_defaults.max_over_subscription_ratio',
      '7:3 backends.one.directory',
      '8:33 backends.two.latency',
      '8:45 backends.two.password',
      expect.stringContaining('backends.two.total_capacity_gb'),
      '9:35 backends.three.password',
      '10:3 backends.four',
      '{"source":"environment","variable":"SCORIA_WAIT"} wait',
    ]);
  });

  test('runs a command that prints a credential only when it may', async () => {
    const text = backend(`    password: { command: [sh, -c, "echo ${CANARY} >&2; exit 3"] }`);
    expect(await problemsOf(text)).toEqual([]);
    expect(await problemsOf(text, true)).toMatchObject([
      { at: '4:5 backends.one.password', message: expect.stringContaining('it ended with exit code 3') },
    ]);
  });

  test('finds nothing wrong with what is right', async () => {
    const text = [
      'log: ./a.db',
      'wait: 0.5',
      'non_uuid_ids: yes',
      'operations_per_backend: 4',
      'backend_defaults: { max_over_subscription_ratio: 10.0, latency_ms: 0 }',
      'backends:',
      '  one: { volume_driver: file, directory: ./a }',
      '  two: { volume_driver: memory, password: { command: [./bin/secret] } }',
    ].join('\n');
    expect(await problemsOf(text)).toEqual([]);
  });
});
