import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turned } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { whileLocked } from '../../src/drivers/root-files/while-locked.ts';

const HOLDER = `
import { whileLocked } from '${import.meta.resolve('../../src/drivers/root-files/while-locked.ts')}';
await whileLocked(process.argv[1], () => {
  process.stdout.write('held');
  process.kill(process.pid, 'SIGSTOP');
});
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-lock-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('a holder that stands still is waited for, without standing still, and one that ends holds nothing', async () => {
  const lock = join(directory, 'lock');
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, lock]);
  await once(holder.stdout, 'data');
  let order = '';
  const mine = whileLocked(lock, () => {
    order += 'mine';
  });
  await turned();
  order += 'alive ';
  holder.kill('SIGKILL');
  await mine;
  expect(order).toBe('alive mine');
});
