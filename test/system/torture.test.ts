import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const TORTURE = join(import.meta.dirname, '../../torture/torture.ts');
const KILLS = 200;

test('processes that are killed at random leave nothing lost, unsound, unknown or unequal', {
  timeout: 900_000,
}, async () => {
  const options = ['--kills', String(KILLS), '--processes', '4', '--seed', '20261120'];
  const { stdout, exitCode } = await execa(process.execPath, [TORTURE, ...options], { reject: false });
  const found = stdout
    .split('\n')
    .filter((line) => /^\d+ (lost|unsound|ill-ended|unknown|unequal|on the array)$/.test(line));
  expect(stdout).toContain(`${KILLS} kills`);
  expect(found, stdout).toEqual(['0 lost', '0 unsound', '0 ill-ended', '0 unknown', '0 unequal', '0 on the array']);
  expect(exitCode).toBe(0);
});
