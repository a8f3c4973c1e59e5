import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

test.each([
  ['torture', '--kills', 'Give a whole number'],
  ['torture', '--driver', 'Give one of file, lvm'],
  ['torture', '--options', 'Give a JSON object'],
  ['fuzz', '--inputs', 'Give a whole number'],
  ['fuzz', '--target', 'Allowed choices are'],
  ['bench', '--rounds', 'Give a whole number'],
])('%s has help, and says what is wrong with %s', async (name, option, right) => {
  const program = join(import.meta.dirname, `../../${name}/${name}.ts`);
  const run = (...args: readonly string[]) => execa(process.execPath, [program, ...args], { reject: false });
  const help = await run('--help');
  expect(help.stdout).toContain(option);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  const wrong = await run(option, 'wrong');
  expect(wrong.stderr).toMatch(/^error: option .*\n?$/);
  expect(wrong.stderr).toContain(right);
  expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
});
