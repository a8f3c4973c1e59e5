import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { silentLogger } from '../../../src/logging.ts';
import { checkDriver } from '../../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../../src/testing/driver-check/journal.ts';
import { attachmentsLeft, exportsLeft, startTargets } from '../support/host.ts';
import { LVM_CAPABILITIES } from '../support/lvm-backend.ts';
import { lvs, newGroup, removeGroup } from '../support/lvm-group.ts';

const GROUP = 'cinder-volumes';
const OPTIONS = {
  volume_group: GROUP,
  lvm_type: 'thin',
  target_helper: 'lioadm',
  target_protocol: 'iscsi',
  target_ip_address: '127.0.0.1',
};

/** Each starts a Python, which takes a quarter of a minute here, and whose target is a program for each step. */
const CHECKS =
  process.env.SCORIA_VM_FULL === undefined ? ['clones equal bytes', 'extends while', 'reverts to a snapshot'] : [''];

describe("Cinder's own LVM driver, in a side process", () => {
  before(async () => {
    await startTargets('lioadm');
    await newGroup(GROUP, '/dev/vda');
  });

  after(async () => {
    assert.deepEqual(await exportsLeft(), []);
    assert.deepEqual(await attachmentsLeft(), []);
    await removeGroup(GROUP, '/dev/vda');
  });

  for (const named of CHECKS) {
    test(`keeps the promises of a driver: ${named}`, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'check-'));
      await using journal = await openJournal(join(directory, 'journal.db'), 'create', { logger: silentLogger });
      const report = await checkDriver({
        journal,
        driver: 'cinder:cinder.volume.drivers.lvm.LVMVolumeDriver',
        backendName: 'under-test',
        backend: {
          options: OPTIONS,
          remains: async () => (await lvs(GROUP)).filter((volume) => volume !== `${GROUP}-pool`),
        },
        only: named === '' ? 'suite' : { named },
        runs: 0,
        seed: 1,
        maxCommands: 1,
        onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`),
      });
      assert.deepEqual(report.capabilities.toSorted(), LVM_CAPABILITIES);
      assert.deepEqual(
        report.checks.filter(({ status }) => status === 'failed'),
        [],
      );
      assert.ok(report.checks.some(({ status }) => status === 'passed'));
      assert.deepEqual(report.leftovers, []);
    });
  }
});
