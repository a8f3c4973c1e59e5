import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openLvmSite } from '../support/crash/lvm-site.ts';

const run = promisify(execFile);

const TORTURE = join(process.env.SCORIA_VM_SUITES ?? '', 'torture', 'torture.mjs');
const KILLS = process.env.SCORIA_TORTURE_KILLS ?? '60';
const SEED = process.env.SCORIA_CRASH_SEED ?? '20261121';
/** Of JavaScript, in the machine. */
const SLOWNESS = '8';
/** To look into one of them: `SCORIA_TORTURE_ONLY=thick`. */
const ONLY = process.env.SCORIA_TORTURE_ONLY ?? '';

describe('several processes on one volume group', () => {
  for (const name of (['thin volumes over LIO', 'thick volumes over LIO'] as const).filter((one) =>
    one.includes(ONLY),
  )) {
    test(`that are killed at every point and at any time break no promise on ${name}`, async (context) => {
      await using site = await openLvmSite(name);
      const { options } = site.backend;
      const always = ['--driver', 'lvm', '--options', JSON.stringify(options), '--processes', '3'];
      const args = [TORTURE, ...always, '--kills', KILLS, '--seed', SEED, '--slowness', SLOWNESS];
      const ended = await run(process.execPath, args, { maxBuffer: 2 ** 26 }).catch((error) => error);
      context.diagnostic(ended.stdout);
      assert.equal(ended.code ?? 0, 0, `${ended.stdout}\n${ended.stderr}`);
    });
  }
});
