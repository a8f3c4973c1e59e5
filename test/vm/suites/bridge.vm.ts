import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createEngine, silentLogger } from '../../../src/index.ts';
import { checkDriver } from '../../../src/testing/driver-check/check-driver.ts';
import { openJournal } from '../../../src/testing/driver-check/journal.ts';
import { tgtIncludesCinders, VOLUMES_DIRECTORY } from '../support/cinder-tgt.ts';
import { attachmentsLeft, exportsLeft, startTargets, stopTgt } from '../support/host.ts';
import { LVM_CAPABILITIES, marked, readFrom, writeTo } from '../support/lvm-backend.ts';
import { newGroup, removeGroup, shell, volumesOf } from '../support/lvm-group.ts';

const GROUP = 'cinder-volumes';
const DISKS = ['/dev/vda', '/dev/vdb'];
const DRIVER = 'cinder:cinder.volume.drivers.lvm.LVMVolumeDriver';
const optionsOf = (lvm_type: 'default' | 'thin') => ({
  volume_group: GROUP,
  lvm_type,
  target_helper: 'tgtadm',
  target_protocol: 'iscsi',
  target_ip_address: '127.0.0.1',
  volumes_dir: VOLUMES_DIRECTORY,
});

const MIB = 1024 ** 2;

/** Of thin volumes Cinder's driver leaves that to its service, which copies them. */
const NO_REVERT = ['reverts to a snapshot, twice, and keeps the size', 'reverts to a snapshot: the old bytes'];

/** Half an hour for each: a call starts some programs from a large Python, which takes long where the processor is emulated. */
const IS_FULL = process.env.SCORIA_VM_FULL !== undefined;

describe("Cinder's own LVM driver, in a side process", () => {
  before(async () => {
    await tgtIncludesCinders();
    await startTargets('tgtadm');
  });

  // Without the pool of the one before, which takes all, and what is in it: Cinder clears what is deleted, and nothing new.
  beforeEach(async () => {
    await removeGroup(GROUP, ...DISKS);
    for (const disk of DISKS) await shell('blkdiscard', [disk]);
    await newGroup(GROUP, ...DISKS);
  });

  after(async () => {
    assert.deepEqual(await exportsLeft(), []);
    assert.deepEqual(await attachmentsLeft(), []);
    await removeGroup(GROUP, ...DISKS);
    await stopTgt();
  });

  test('makes, attaches, copies and deletes volumes', async () => {
    await using engine = await createEngine({ log: ':memory:', logger: silentLogger });
    const backend = await engine.addBackend({ name: 'cinders', driver: DRIVER, options: optionsOf('thin') });
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

  for (const lvm_type of IS_FULL ? (['default', 'thin'] as const) : []) {
    test(`keeps every promise of a driver that it can, with lvm_type ${lvm_type}`, async () => {
      await using journal = await openJournal(':memory:', 'create', { logger: silentLogger });
      const report = await checkDriver({
        journal,
        driver: DRIVER,
        backendName: 'under-test',
        backend: { options: optionsOf(lvm_type), remains: () => volumesOf(GROUP) },
        only: 'suite',
        runs: 0,
        seed: 1,
        maxCommands: 1,
        onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`),
      });
      assert.deepEqual(report.capabilities.toSorted(), LVM_CAPABILITIES);
      const failed = report.checks.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        failed.map(({ name }) => name),
        lvm_type === 'thin' ? NO_REVERT : [],
        JSON.stringify(failed, null, 2),
      );
      assert.deepEqual(report.leftovers, []);
    });
  }
});
