import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { isDriverFailure } from '../../../src/drivers/contract.ts';
import { allOf, lvmBackend, marked, readFrom, snapshotOf, volume, writeTo } from '../support/lvm-backend.ts';
import { lvs, newGroup, removeGroup, shell } from '../support/lvm-group.ts';

const GROUP = 'scoria-options';
const DISKS = ['/dev/vda', '/dev/vdb'];

beforeEach(() => newGroup(GROUP, ...DISKS));
afterEach(() => removeGroup(GROUP, ...DISKS));

describe('lvm_mirrors', () => {
  test('needs as many disks', async () => {
    const refusal = await lvmBackend({ volume_group: GROUP, lvm_mirrors: 2 })
      .setup()
      .catch((error: unknown) => error);
    assert.ok(isDriverFailure(refusal) && /has 2 physical volumes, .* needs 3/.test(refusal.message), String(refusal));
  });

  const driver = allOf(lvmBackend({ volume_group: GROUP, lvm_mirrors: 1 }));
  const deviceOf = ({ id }: { readonly id: string }): string => `/dev/${GROUP}/volume-${id}`;

  const disksOf = async ({ id }: { readonly id: string }): Promise<readonly string[]> => {
    const fields = ['--all', '-o', 'lv_name,devices'];
    const { stdout } = await shell('lvs', ['--noheadings', ...fields, GROUP]);
    const legs = stdout.split('\n').filter((line) => line.includes(`volume-${id}_rimage_`));
    return legs.flatMap((line) => /\/dev\/vd./.exec(line) ?? []).toSorted();
  };

  test('keeps each volume on two disks, whatever is done with it', async () => {
    await driver.setup();
    const { pools } = await driver.stats();
    assert.equal(pools[0]?.thin_provisioning_support, false);
    assert.ok((pools[0]?.total_capacity_bytes ?? 0) <= 12 * 1024 ** 3, 'of two disks of 12 GiB one is for the copies');

    const [one, copy, made] = [volume(), volume(), volume()];
    const snapshot = snapshotOf(one);
    await driver.createVolume(one);
    assert.deepEqual(await disksOf(one), DISKS);
    await writeTo(deviceOf(one), 0, marked('then'));
    await driver.createSnapshot(snapshot, one);
    await driver.cloneVolume(copy, one);
    assert.deepEqual(await disksOf(copy), DISKS);
    await writeTo(deviceOf(one), 0, marked('later'));
    await driver.createVolumeFromSnapshot(made, snapshot, one);
    assert.deepEqual(await disksOf(made), DISKS);
    await driver.revertToSnapshot(one, snapshot);
    for (const each of [one, copy, made]) assert.deepEqual(await readFrom(deviceOf(each), 0), marked('then'));
    await driver.deleteSnapshot(snapshot, one);
    await driver.extendVolume(one, 2, []);
    assert.deepEqual(await driver.findVolume(one), { sizeBytes: 2n * 1024n ** 3n });
    assert.deepEqual(await readFrom(deviceOf(one), 0), marked('then'));
    for (const each of [one, copy, made]) await driver.deleteVolume(each);
    assert.deepEqual(await lvs(GROUP), []);
  });
});

describe('lvm_conf_file', () => {
  const directory = '/run/scoria-lvm';
  const file = join(directory, 'lvm.conf');
  afterEach(() => rm(directory, { recursive: true }));

  test('is what the programs of LVM read', async () => {
    await mkdir(directory);
    await writeFile(file, 'devices { filter = [ "r|.*|" ] }\n');
    const blind = lvmBackend({ volume_group: GROUP, lvm_type: 'default', lvm_conf_file: file });
    const refusal = await blind.setup().catch((error: unknown) => error);
    assert.ok(isDriverFailure(refusal) && /is not there/.test(refusal.message), String(refusal));
    await writeFile(file, `devices { filter = [ "a|^${DISKS[0]}$|", "a|^${DISKS[1]}$|", "r|.*|" ] }\n`);
    const one = volume();
    await blind.setup();
    await blind.createVolume(one);
    assert.deepEqual(await lvs(GROUP), [`volume-${one.id}`]);
    await blind.deleteVolume(one);
  });
});
