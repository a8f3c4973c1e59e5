import assert from 'node:assert/strict';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CommandError } from '../../../src/drivers/command-runner.ts';
import { isDriverFailure } from '../../../src/drivers/contract.ts';
import type { RunCommand } from '../../../src/drivers/run-command.ts';
import { type Logger, silentLogger } from '../../../src/logging.ts';
import { allOf, lvmBackend, marked, readFrom, snapshotOf, volume, writeTo } from '../support/lvm-backend.ts';
import { lvs, newGroup, removeGroup, shell } from '../support/lvm-group.ts';

const GROUP = 'scoria-faults';
const DISK = '/dev/vdc';

const refused = async (call: Promise<unknown>, message: RegExp, remedy = /./): Promise<void> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isDriverFailure(error), `expected a DriverFailure, got ${String(error)}`);
  assert.match(error.message, message);
  assert.match(error.remedy, remedy);
};

const setUp = (options: Record<string, unknown> = {}): Promise<void> =>
  lvmBackend({ volume_group: GROUP, lvm_type: 'default', ...options }).setup();

describe('lvm refuses a group that', () => {
  beforeEach(() => newGroup(GROUP, DISK));
  afterEach(() => removeGroup(GROUP, DISK));

  test('is not there', () => refused(setUp({ volume_group: 'nowhere' }), /nowhere is not there/, /vgcreate nowhere/));

  test('is exported', async () => {
    await shell('vgexport', [GROUP]);
    await refused(setUp(), /is exported/, /vgimport/);
    await shell('vgimport', [GROUP]);
  });

  test('misses a disk, and fails cleanly when it is lost later', async () => {
    const file = '/run/scoria-disk';
    await shell('truncate', ['-s', '64M', file]);
    const { stdout } = await shell('losetup', ['--find', '--show', file]);
    const loop = stdout.trim();
    await shell('vgextend', ['-q', GROUP, loop]);
    const driver = lvmBackend({ volume_group: GROUP, lvm_type: 'default' });
    await driver.setup();
    await shell('losetup', ['--detach', loop]);
    await refused(setUp(), /misses 1 of its physical volumes/, /vgreduce --removemissing/);
    await refused(driver.createVolume(volume()), /physical volumes of the group .* are missing/);
    await shell('vgreduce', ['-q', '--removemissing', GROUP]);
    await driver.setup();
    await rm(file);
  });

  /** Changes what the group says of itself while the test looks. */
  const withMetadata = async (change: (text: string) => string, look: () => Promise<void>): Promise<void> => {
    const backup = '/run/scoria-group';
    await shell('vgcfgbackup', ['-f', backup, GROUP]);
    const text = await readFile(backup, 'utf8');
    assert.notEqual(change(text), text);
    await writeFile(backup, change(text));
    await shell('vgcfgrestore', ['-f', backup, GROUP]);
    await look();
    await writeFile(backup, text);
    await shell('vgcfgrestore', ['-f', backup, GROUP]);
  };

  test('is read-only', () =>
    withMetadata(
      (text) => text.replace('status = ["RESIZEABLE", "READ", "WRITE"]', 'status = ["RESIZEABLE", "READ"]'),
      () => refused(setUp(), /is read-only/),
    ));

  test('is shared by several hosts', () =>
    withMetadata(
      (text) => text.replace('max_lv = 0', 'lock_type = "sanlock"\nlock_args = "1.0.0:lvmlock"\nmax_lv = 0'),
      () => refused(setUp(), /is shared by several hosts/),
    ));

  test('is full', async () => {
    const driver = allOf(lvmBackend({ volume_group: GROUP, lvm_type: 'default' }));
    await driver.setup();
    const one = volume();
    await driver.createVolume(one);
    await shell('lvcreate', ['-q', '--yes', '-n', 'other', '-l', '80%FREE', GROUP]);
    await refused(driver.createVolume(volume()), /too little free space/, /vgextend/);
    await refused(driver.extendVolume(one, 2, []), /too little free space/);
    await refused(driver.createSnapshot(snapshotOf(one), one), /too little free space/);
    await refused(driver.cloneVolume(volume(), one), /too little free space/);
    assert.deepEqual(await lvs(GROUP), ['other', `volume-${one.id}`]);
    await driver.deleteVolume(one);
  });
});

describe('a revert of a thick volume', () => {
  beforeEach(() => newGroup(GROUP, DISK));
  afterEach(() => removeGroup(GROUP, DISK));

  test('that died when LVM had taken the snapshot apart, and not removed it yet, is gone on with', async () => {
    const driver = allOf(lvmBackend({ volume_group: GROUP, lvm_type: 'default', volume_clear: 'none' }));
    const one = volume();
    const snapshot = snapshotOf(one);
    const device = `/dev/${GROUP}/volume-${one.id}`;
    await driver.createVolume(one);
    await writeTo(device, 0, marked('merged'));
    await driver.createSnapshot(snapshot, one);
    await shell('lvchange', ['--addtag', `scoria.reverting.${snapshot.id}=${2 ** 30}`, `${GROUP}/volume-${one.id}`]);
    await shell('lvconvert', ['--yes', '--splitsnapshot', `${GROUP}/_snapshot-${snapshot.id}`]);
    assert.deepEqual(await driver.findSnapshot(snapshot, one), { sizeBytes: 2n ** 30n });
    await driver.revertToSnapshot(one, snapshot);
    await writeTo(device, 0, marked('later'));
    await driver.revertToSnapshot(one, snapshot);
    assert.deepEqual(await readFrom(device, 0), marked('merged'));
    await driver.deleteSnapshot(snapshot, one);
    await driver.deleteVolume(one);
    assert.deepEqual(await lvs(GROUP), []);
  });
});

describe('lvm, when its programs hang', () => {
  beforeEach(() => newGroup(GROUP, DISK));
  afterEach(() => removeGroup(GROUP, DISK));

  test('ends in bounded time: a question as a failure, a change as unknown', async () => {
    const impatient: RunCommand = (program, args, options) => shell(program, args, { ...options, timeoutMs: 1_500 });
    const driver = lvmBackend({ volume_group: GROUP, lvm_type: 'default' }, { run: impatient });
    await lvmBackend({ volume_group: GROUP, lvm_type: 'default' }).setup();
    const stop = new AbortController();
    const lock = `/run/lock/lvm/V_${GROUP}`;
    const held = shell('flock', [lock, 'sleep', '60'], { signal: stop.signal }).catch(() => {});
    try {
      while ((await shell('flock', ['-n', lock, 'true'], { expectedExitCodes: [0, 1] })).exitCode === 0);
      await refused(driver.findVolume(volume()), /did not end within/, /what LVM waits for/);
      await assert.rejects(driver.createVolume(volume()), (error) => error instanceof CommandError && error.timedOut);
    } finally {
      stop.abort();
      await held;
    }
  });
});

describe('a thin pool', () => {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message) };
  const driver = allOf(
    lvmBackend({ volume_group: GROUP, max_over_subscription_ratio: '30', filter_function: 'true' }, { log }),
  );

  beforeEach(() => newGroup(GROUP, DISK));
  afterEach(() => removeGroup(GROUP, DISK));

  test('is made of 95% of an empty group, and found again', async () => {
    await driver.setup();
    await driver.setup();
    const { pools } = await driver.stats();
    assert.equal(pools[0]?.thin_provisioning_support, true);
    const { stdout } = await shell('vgs', ['--noheadings', '--units', 'b', '--nosuffix', '-o', 'vg_size', GROUP]);
    assert.ok(Math.abs((pools[0]?.total_capacity_bytes ?? 0) / Number(stdout) - 0.95) < 0.01);
    assert.deepEqual(await lvs(GROUP), [`${GROUP}-pool`]);
  });

  test('is not made beside thick volumes', async () => {
    await shell('lvcreate', ['-q', '--yes', '-n', 'root', '-L', '64m', GROUP]);
    await driver.setup();
    assert.equal((await driver.stats()).pools[0]?.thin_provisioning_support, false);
  });

  test('holds what its ratio promises, is warned of when nearly full and takes nothing when full', async () => {
    await shell('lvcreate', ['-q', '-T', '-L', '64m', `${GROUP}/${GROUP}-pool`]);
    await driver.setup();
    const one = volume();
    await driver.createVolume(one);
    await refused(driver.createVolume(volume()), /has no room for 1.0 GiB more: 1.0 of the 1.9 GiB/, /lvextend|extend/);
    await refused(driver.extendVolume(one, 2, []), /has no room/);
    warnings.length = 0;
    await driver.stats();
    assert.deepEqual(warnings, []);
    const filled = async (MiB: number) => {
      for (let done = 0; done < MiB; done += 1) {
        await writeTo(`/dev/${GROUP}/volume-${one.id}`, done * 1024 ** 2, marked('full', 1024 ** 2));
      }
    };
    await filled(60);
    await driver.stats();
    assert.match(warnings[0] ?? '', /nearly full/);
    await filled(64);
    await refused(driver.createSnapshot(snapshotOf(one), one), /is full: 100%/, /lvextend/);
    await refused(driver.createVolume(volume()), /is full/);
    await driver.deleteVolume(one);
  });
});

describe('a copy', () => {
  beforeEach(() => newGroup(GROUP, '/dev/vda'));
  afterEach(() => removeGroup(GROUP, '/dev/vda'));

  test('is stopped by its caller, and leaves nothing', async () => {
    const stop = new AbortController();
    const run: RunCommand = (program, args, options) => {
      if (program === 'dd') stop.abort();
      return shell(program, args, options);
    };
    const driver = allOf(
      lvmBackend(
        { volume_group: GROUP, lvm_type: 'default', volume_clear_size: 1 },
        { run, signal: () => stop.signal },
      ),
    );
    await driver.setup();
    const one = volume();
    await driver.createVolume(one);
    const file = await open(`/dev/${GROUP}/volume-${one.id}`, 'r');
    await refused(driver.cloneVolume(volume(), one), /cannot copy .*: it was stopped|cancelled/);
    await file.close();
    assert.deepEqual(await lvs(GROUP), [`volume-${one.id}`]);
  });
});
