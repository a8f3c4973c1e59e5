import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createEngine, silentLogger } from '../../../src/index.ts';
import { checkDriver } from '../../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../../src/testing/driver-check/journal.ts';
import { tgtIncludesCinders, VOLUMES_DIRECTORY } from '../support/cinder-tgt.ts';
import { attachmentsLeft, exportsLeft, startTargets, stopTgt } from '../support/host.ts';
import { LVM_CAPABILITIES, marked, readFrom, writeTo } from '../support/lvm-backend.ts';
import { newGroup, removeGroup, volumesOf } from '../support/lvm-group.ts';

const GROUP = 'cinder-volumes';
const DRIVER = 'cinder:cinder.volume.drivers.lvm.LVMVolumeDriver';
const OPTIONS = {
  volume_group: GROUP,
  lvm_type: 'thin',
  target_helper: 'tgtadm',
  target_protocol: 'iscsi',
  target_ip_address: '127.0.0.1',
  volumes_dir: VOLUMES_DIRECTORY,
};

const MIB = 1024 ** 2;

/** Half an hour: each call starts some programs from a large Python, which takes long where the processor is emulated. */
const IS_FULL = process.env.SCORIA_VM_FULL !== undefined;

describe("Cinder's own LVM driver, in a side process", () => {
  before(async () => {
    await tgtIncludesCinders();
    await startTargets('tgtadm');
    await newGroup(GROUP, '/dev/vda');
  });

  after(async () => {
    assert.deepEqual(await exportsLeft(), []);
    assert.deepEqual(await attachmentsLeft(), []);
    await removeGroup(GROUP, '/dev/vda');
    await stopTgt();
  });

  test('makes, attaches, copies and deletes volumes', async () => {
    await using engine = await createEngine({ log: ':memory:', logger: silentLogger });
    const backend = await engine.addBackend({ name: 'cinders', driver: DRIVER, options: OPTIONS });
    const volume = await backend.createVolume({ size: 1 });
    const { path } = await volume.attach();
    await writeTo(String(path), MIB, marked('at the snapshot'));
    const snapshot = await volume.createSnapshot();
    await writeTo(String(path), MIB, marked('after it'));
    await volume.detach();
    const copy = await snapshot.createVolume({ size: 2 });
    const device = await copy.attach();
    assert.deepEqual(await readFrom(String(device.path), MIB), marked('at the snapshot'));
    await copy.detach();
    for (const one of [copy, snapshot, volume]) await one.delete();
    assert.deepEqual(await volumesOf(GROUP), []);
  });

  if (IS_FULL) {
    test('keeps every promise of a driver', async () => {
      await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
      const report = await checkDriver({
        journal,
        driver: DRIVER,
        backendName: 'under-test',
        backend: { options: OPTIONS, remains: () => volumesOf(GROUP) },
        only: 'suite',
        runs: 0,
        seed: 1,
        maxCommands: 1,
        onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`),
      });
      assert.deepEqual(report.capabilities.toSorted(), LVM_CAPABILITIES);
      const failed = report.checks.filter(({ status }) => status === 'failed');
      assert.deepEqual(failed, []);
      assert.deepEqual(report.leftovers, []);
    });
  }
});
