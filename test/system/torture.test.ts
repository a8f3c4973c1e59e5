import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const TORTURE = join(import.meta.dirname, '../../torture/torture.ts');
const KILLS = 250;
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

test.each(['file', 'memory-array'])(
  'processes that are killed at every point and at any time on %s break no promise',
  {
    timeout: 900_000,
  },
  async (driver) => {
    const options = ['--driver', driver, '--kills', String(KILLS), '--processes', '4', '--seed', '20261121'];
    const { stdout, exitCode } = await execa(process.execPath, [TORTURE, ...options], { reject: false });
    const kills = Number(/^(\d+) kills: /m.exec(stdout)?.[1]);
    expect(kills, stdout).toBeGreaterThanOrEqual(KILLS);
    for (const promise of PROMISES) expect(stdout.split('\n'), stdout).toContain(`0 ${promise}`);
    expect(exitCode, stdout).toBe(0);
  },
);
