import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { silentLogger } from '../../../src/logging.ts';
import { checkDriver } from '../../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../../src/testing/driver-check/journal.ts';
import { attachmentsLeft, exportsLeft, startTargets, stopTgt } from './host.ts';
import { LVM_CAPABILITIES } from './lvm-backend.ts';
import { newGroup, removeGroup, volumesOf } from './lvm-group.ts';

export interface TargetUnderTest {
  readonly lvm_type: 'default' | 'thin';
  readonly target_helper: 'lioadm' | 'tgtadm' | 'nvmet';
  /** How many lives the model foretells. */
  readonly lives: { readonly daily: number; readonly full: number };
}

const GROUP = 'cinder-volumes';
const DISKS = ['/dev/vda', '/dev/vdb'];
const IS_FULL = process.env.SCORIA_VM_FULL !== undefined;
const MOST_COMMANDS = 10;
const SEED = Number(process.env.SCORIA_VM_SEED ?? 20_261_120);

/** The options of a backend whose volumes are reached on this machine's loopback. */
const optionsOf = ({ lvm_type, target_helper }: Omit<TargetUnderTest, 'lives'>) => ({
  volume_group: GROUP,
  lvm_type,
  target_helper,
  target_protocol: target_helper === 'nvmet' ? 'nvmet_tcp' : 'iscsi',
  target_port: target_helper === 'nvmet' ? 4420 : 3260,
  target_ip_address: '127.0.0.1',
});

/** The suite that every driver must pass, and lives that a model foretells: with real targets, and hosts that attach. */
export const describeOnTarget = (under: TargetUnderTest): void => {
  const options = optionsOf(under);
  const lives = under.lives[IS_FULL ? 'full' : 'daily'];
  const name = `lvm, ${under.lvm_type}, ${under.target_helper}`;

  describe(name, () => {
    before(async () => {
      await startTargets(under.target_helper);
      await newGroup(GROUP, ...DISKS);
    });

    after(async () => {
      assert.deepEqual(await exportsLeft(), []);
      assert.deepEqual(await attachmentsLeft(), []);
      await removeGroup(GROUP, ...DISKS);
      await stopTgt();
    });

    test(`keeps every promise, and lives ${lives} times as the model foretells, from seed ${SEED}`, async (all) => {
      await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
      const report = await checkDriver({
        journal,
        driver: 'lvm',
        backendName: 'under-test',
        backend: { options, remains: () => volumesOf(GROUP) },
        only: 'everything',
        runs: lives,
        seed: SEED,
        maxCommands: MOST_COMMANDS,
        onProgress: (progress) => process.stdout.write(`${name}: ${JSON.stringify(progress)}\n`),
      });
      assert.deepEqual(report.capabilities.toSorted(), LVM_CAPABILITIES);
      const promises = report.checks.filter(({ status }) => status !== 'not supported');
      for (const promise of promises) {
        await all.test(promise.name, () => assert.equal(promise.status, 'passed', JSON.stringify(promise, null, 2)));
      }
      await all.test('lives as the model foretells', () =>
        assert.equal(report.model?.status, 'passed', JSON.stringify(report.model, null, 2)),
      );
      assert.deepEqual(report.leftovers, []);
    });
  });
};
