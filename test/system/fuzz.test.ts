import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { TARGETS } from '../../fuzz/targets.ts';

const FUZZ = join(import.meta.dirname, '../../fuzz/fuzz.ts');

test('what is given wrongly, in any way, ends with a documented error and changes nothing', {
  timeout: 900_000,
}, async () => {
  const options = ['--inputs', '5000', '--seed', '20261120'];
  const { stdout, exitCode } = await execa(process.execPath, [FUZZ, ...options], { reject: false });
  expect(stdout).toMatch(/^0 findings$/m);
  expect(exitCode).toBe(0);
  // Each target got through to what it is about, and was refused there too.
  for (const { name } of TARGETS) {
    expect(stdout).toMatch(new RegExp(`^${name}: [1-9]\\d* inputs, [1-9]\\d* accepted, else .*[A-Z]`, 'm'));
  }
});
