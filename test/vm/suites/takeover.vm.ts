import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectorProperties } from '../../../src/connectors/properties.ts';
import type { ConnectionInfo, Driver, Volume } from '../../../src/drivers/contract.ts';
import lvm from '../../../src/drivers/lvm/driver.ts';
import { attachOn } from '../../../src/testing/driver/host-bytes.ts';
import { environmentOf, openSubject } from '../../../src/testing/driver/subject.ts';
import { aConnection, aSnapshot, aVolume } from '../../../src/testing/resources.ts';
import { type Judge, openJudge } from '../../judge/judge.ts';
import { tgtIncludesCinders, VOLUMES_DIRECTORY } from '../support/cinder-tgt.ts';
import { exportsLeft, said, startTargets, stopTgt } from '../support/host.ts';
import { newGroup, removeGroup } from '../support/lvm-group.ts';

const GROUP = 'takeover';
const host = environmentOf({});
const attach = attachOn(host);

const write = async (info: ConnectionInfo, text: string): Promise<void> => {
  const bytes = await attach(info);
  await bytes.write(4096, Buffer.from(text.padEnd(512)));
  await bytes.detach();
};

const read = async (info: ConnectionInfo): Promise<string> => {
  const bytes = await attach(info);
  const text = Buffer.from(await bytes.read(4096, 512))
    .toString()
    .trim();
  await bytes.detach();
  return text;
};

const volumesLeft = (): string => said('lvs', '--noheadings', '--options', 'lv_name', GROUP);

for (const target_helper of ['lioadm', 'tgtadm'] as const) {
  describe(`Cinder's own LVM driver and ours, with ${target_helper}`, () => {
    const options = {
      volume_group: GROUP,
      lvm_type: 'default',
      target_helper,
      target_protocol: 'iscsi',
      target_ip_address: '127.0.0.1',
      volume_clear: 'none',
      volumes_dir: VOLUMES_DIRECTORY,
    };
    let judge: Judge;
    let ours: Driver;

    before(async () => {
      await newGroup(GROUP, '/dev/vda');
      await tgtIncludesCinders();
      await startTargets(target_helper);
      judge = await openJudge({
        driver: 'cinder.volume.drivers.lvm.LVMVolumeDriver',
        options,
        state: '/var/lib/cinder',
      });
      ours = (await openSubject(lvm, { options }, 'ours')).driver;
    });

    after(async () => {
      await judge[Symbol.asyncDispose]();
      await ours.close?.();
      await removeGroup(GROUP, '/dev/vda');
      await stopTgt();
    });

    const connected = async (volume: Volume): Promise<{ readonly volume: Volume; readonly info: ConnectionInfo }> => {
      const connector = await connectorProperties();
      const exported = { ...volume, ...(await ours.createExport(volume, connector)) } as Volume;
      const connection = { ...aConnection(exported, connector, null), connector };
      return { volume: exported, info: await ours.initializeConnection(exported, connection) };
    };

    test('ours goes on with what Cinder exported, and deletes it', async () => {
      const connector = await connectorProperties();
      const made = aVolume({ size: 1 });
      await judge.ask('create_volume', { volume: made });
      const volume = { ...made, ...(await judge.ask<object>('create_export', { volume: made, connector })) } as Volume;
      const info = await judge.ask<ConnectionInfo>('initialize_connection', { volume, connector });
      await write(info, 'written through Cinder');

      assert.equal((await ours.findVolume(volume))?.sizeBytes, 2n ** 30n);
      const connection = aConnection(volume, connector, null);
      const own = await ours.initializeConnection(volume, { ...connection, connector });
      assert.equal(await read(own), 'written through Cinder');
      await ours.terminateConnection(volume, { ...connection, connection_info: own }, { force: false, others: [] });
      await ours.removeExport(volume);
      await ours.extend?.extendVolume(volume, 2, []);
      assert.equal((await ours.findVolume(volume))?.sizeBytes, 2n ** 31n);
      await ours.deleteVolume(volume);
      assert.equal(volumesLeft(), '');
      assert.deepEqual(await exportsLeft(), []);
    });

    test('Cinder goes on with what ours exported, and deletes it', async () => {
      const connector = await connectorProperties();
      const { volume, info } = await connected({ ...(await createdByOurs(1)) });
      await write(info, 'written through ours');

      const theirs = await judge.ask<ConnectionInfo>('initialize_connection', { volume, connector });
      const { connection_id: _, ...inCindersShape } = info.data;
      assert.deepEqual(inCindersShape, theirs.data, 'our connection info must be what Cinder would say');
      assert.equal(info.driver_volume_type, theirs.driver_volume_type);
      assert.equal(await read(theirs), 'written through ours');
      await judge.ask('terminate_connection', { volume, connector });
      await judge.ask('remove_export', { volume });
      await judge.ask('delete_volume', { volume });
      assert.equal(volumesLeft(), '');
      assert.deepEqual(await exportsLeft(), []);
    });

    test('each makes volumes from the snapshots of the other, and deletes them', async () => {
      const volume = await createdByOurs(1);
      const first = await connected(volume);
      await write(first.info, 'at the snapshot');
      await disconnected(first.volume);

      const theirs = aSnapshot(volume);
      await judge.ask('create_snapshot', { snapshot: theirs });
      const fromTheirs = aVolume({ size: 1 });
      await ours.snapshots?.createVolumeFromSnapshot(fromTheirs, theirs, volume);
      const second = await connected(fromTheirs);
      assert.equal(await read(second.info), 'at the snapshot');
      await disconnected(second.volume);
      await ours.snapshots?.deleteSnapshot(theirs, volume);

      const own = aSnapshot(volume);
      await ours.snapshots?.createSnapshot(own, volume);
      const fromOurs = aVolume({ size: 1 });
      await judge.ask('create_volume_from_snapshot', { volume: fromOurs, snapshot: own });
      const third = await connected(fromOurs);
      assert.equal(await read(third.info), 'at the snapshot');
      await disconnected(third.volume);
      await judge.ask('delete_snapshot', { snapshot: own });

      await judge.ask('delete_volume', { volume: fromTheirs });
      await ours.deleteVolume(fromOurs);
      await judge.ask('delete_volume', { volume });
      assert.equal(volumesLeft(), '');
    });

    const createdByOurs = async (size: number): Promise<Volume> => {
      const volume = aVolume({ size });
      return { ...volume, ...(await ours.createVolume(volume)) } as Volume;
    };

    const disconnected = async (volume: Volume): Promise<void> => {
      const connector = await connectorProperties();
      await ours.terminateConnection(volume, aConnection(volume, connector, null), { force: false, others: [] });
      await ours.removeExport(volume);
    };
  });
}
