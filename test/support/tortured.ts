import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';

const TORTURE = join(import.meta.dirname, '../../torture/torture.ts');
const PROMISES = [
  'never reached',
  'lost',
  'contradicted',
  'unclaimed',
  'unsound',
  'unverified',
  'ill-ended',
  'unknown',
  'unequal',
  'on the array',
  'in the sweep',
  'not in the sweep',
  'still running',
  'ended too late',
  'still attached',
];

/** Kills so many processes, and expects that no promise is broken. */
export const tortured = async (kills: number, ...options: readonly string[]): Promise<void> => {
  const always = ['--kills', String(kills), '--processes', '4', '--seed', '20261121'];
  const { stdout, exitCode } = await execa(process.execPath, [TORTURE, ...always, ...options], { reject: false });
  expect(Number(/^(\d+) kills: /m.exec(stdout)?.[1]), stdout).toBeGreaterThanOrEqual(kills);
  const lines = stdout.split('\n');
  // Where they died says little about what was left.
  const told = lines.filter((line) => !/^ +\d+ [a-z]/.test(line)).join('\n');
  for (const promise of PROMISES) expect(lines, told).toContain(`0 ${promise}`);
  expect(exitCode, stdout).toBe(0);
};
