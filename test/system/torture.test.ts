import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const TORTURE = join(import.meta.dirname, '../../torture/torture.ts');
const KILLS = 250;
const KILLS_ON_SERVERS = 30;
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

const tortured = async (kills: number, ...options: readonly string[]): Promise<void> => {
  const always = ['--kills', String(kills), '--processes', '4', '--seed', '20261121'];
  const { stdout, exitCode } = await execa(process.execPath, [TORTURE, ...always, ...options], { reject: false });
  expect(Number(/^(\d+) kills: /m.exec(stdout)?.[1]), stdout).toBeGreaterThanOrEqual(kills);
  for (const promise of PROMISES) expect(stdout.split('\n'), stdout).toContain(`0 ${promise}`);
  expect(exitCode, stdout).toBe(0);
};

test.each(['file', 'memory-array'])(
  'processes that are killed at every point and at any time on %s break no promise',
  { timeout: 900_000 },
  (driver) => tortured(KILLS, '--driver', driver),
);

test.each(['postgresql', 'mariadb', 'eventstoredb'])(
  'processes that are killed, or lose their log on %s, whose server is killed too, break no promise',
  { timeout: 600_000 },
  (log) => tortured(KILLS_ON_SERVERS, '--driver', 'memory-array', '--log', log),
);
