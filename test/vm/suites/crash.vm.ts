import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { dieAt, passingsOf } from '../support/crash/deaths.ts';
import { House, type Site } from '../support/crash/house.ts';
import { type Arrangement, openLvmSite } from '../support/crash/lvm-site.ts';
import { somePassings } from '../support/crash/plan.ts';
import { TRIALS } from '../support/crash/trials.ts';

const isFull = process.env.SCORIA_VM_FULL !== undefined;
const seed = process.env.SCORIA_CRASH_SEED ?? '20261121';
const DAILY: Arrangement = 'thick volumes over LIO';
const ALL: readonly Arrangement[] = [
  DAILY,
  'thin volumes over tgt',
  'thin volumes over NVMe-oF',
  'thick volumes over LIO and several paths',
];
const CHILD = join(process.env.SCORIA_VM_SUITES ?? '', 'children', 'crash.mjs');
/** To look into one, of whatever arrangement: `SCORIA_CRASH_ONLY='tgt: revert'`. */
const chosen = process.env.SCORIA_CRASH_ONLY;
const only = new RegExp(chosen ?? '');

const isChosen = (name: Arrangement): boolean => TRIALS.some((trial) => only.test(`${name}: ${trial.name}`));
for (const name of (isFull || chosen !== undefined ? ALL : [DAILY]).filter(isChosen)) {
  describe(`processes that are killed at work on ${name}, seed ${seed}`, () => {
    let site: Site & AsyncDisposable;
    let house: House;
    let log: string;

    before(async () => {
      site = await openLvmSite(name);
      log = join(await mkdtemp('/tmp/crash-'), 'scoria.db');
      house = await House.opened(log, site);
      // What is made once on a host, and stays, is there before points are counted.
      await (await house.standing()).attach();
      await house.tidy();
    });
    after(async () => {
      await house[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    });

    for (const trial of TRIALS.filter((one) => only.test(`${name}: ${one.name}`))) {
      test(`${trial.name}: nothing is lost, twice or left`, async (context) => {
        const passings = await passingsOf(CHILD, log, await trial.prepare(house));
        await house.recover();
        await house.tidy();
        const deaths = isFull && name === DAILY ? Number.POSITIVE_INFINITY : trial.deaths;
        const here = somePassings(passings, deaths, `${seed}/${trial.name}`);
        assert.ok(here.length > 0);
        context.diagnostic(`${here.length} of ${passings.length} passings`);
        for (const passing of here) {
          context.diagnostic(`killed at the ${passing.nth}. "${passing.point}"`);
          await dieAt(CHILD, log, await trial.prepare(house), passing);
          context.diagnostic(`recovered: ${await house.recover()}`);
          await house.tidy();
        }
      });
    }

    test('and all of it can be taken away', () => house.clear());
  });
}
