import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Volume } from '../../../src/drivers/contract.ts';
import type { MakeTarget, Target, TargetOptions } from '../../../src/drivers/targets/contract.ts';
import { lioTarget } from '../../../src/drivers/targets/lio.ts';
import { nvmetTarget } from '../../../src/drivers/targets/nvmet.ts';
import { tgtTarget } from '../../../src/drivers/targets/tgt.ts';
import { aConnection, aVolume } from '../../../src/testing/resources.ts';
import { stopTgt } from '../support/host.ts';
import { deleteAsCinder, dumpAndRestore, makeAsCinder, sorted } from '../support/rtslib.ts';
import {
  type Disk,
  environment,
  LIO,
  makeDisk,
  NVMET,
  names,
  OPTIONS,
  OTHER_HOST,
  SAVED,
  said,
  saved,
  startTgtd,
  THIS_HOST,
} from '../support/target-trial.ts';

const disks: Disk[] = [];
const exported: { readonly target: Target; readonly volume: Volume }[] = [];
const host = environment();

const ids = [1, 2, 3, 4, 5, 6].map((number) => `0b9f2f0e-0000-4000-8000-00000000000${number}`);
const iqnOf = (id: string): string => `${OPTIONS.target_prefix}volume-${id}`;
const devicePath = (index: number): string => disks[index]?.path ?? '';
const mine = (volume: Volume) => aConnection(volume, { ...THIS_HOST }, null);
const theirs = (volume: Volume) => aConnection(volume, { ...OTHER_HOST }, null);
const attribute = (path: string): string => readFileSync(path, 'utf8').trim();

const readyTarget = async (make: MakeTarget, options: Partial<TargetOptions> = {}): Promise<Target> => {
  const target = make({ ...OPTIONS, ...options }, host);
  await target.setup();
  return target;
};

/** Exported, and taken away at the end. */
const exportedBy = async (target: Target, id: string, device: string, known: Partial<Volume> = {}): Promise<Volume> => {
  const volume = aVolume({ id, ...known });
  const whole = { ...volume, ...(await target.createExport(volume, device)) };
  exported.push({ target, volume: whole });
  return whole;
};

before(async () => {
  for (const _ of ids) disks.push(await makeDisk());
  writeFileSync('/etc/tgt/conf.d/volumes.conf', `include ${OPTIONS.volumes_dir}/*\n`);
  await startTgtd();
});

after(async () => {
  await stopTgt();
  for (const disk of disks) await disk.remove();
});

const removeAll = async (): Promise<void> => {
  for (const { target, volume } of exported.splice(0)) await target.removeExport(volume);
};

describe('LIO and those who use it through rtslib', () => {
  after(removeAll);

  test('what is exported is saved as rtslib saves it, and comes back from there', async () => {
    const target = await readyTarget(lioTarget, { target_secondary_ip_addresses: ['127.0.0.2', '::1'] });
    const plain = await readyTarget(lioTarget);
    const first = await exportedBy(target, ids[0] ?? '', devicePath(0));
    await exportedBy(plain, ids[1] ?? '', devicePath(1));
    await target.grant(first, mine(first));
    await target.grant(first, theirs(first));
    assert.equal(statSync(SAVED).mode & 0o777, 0o600);
    const password = join(LIO, 'iscsi', iqnOf(first.id), 'tpgt_1', 'acls', THIS_HOST.initiator, 'auth', 'password');
    assert.equal(statSync(password).mode & 0o777, 0o600);
    const ours = saved();
    const { before, errors, after } = await dumpAndRestore();
    assert.deepEqual(sorted(ours.targets), sorted(before.targets));
    assert.deepEqual(sorted(ours.storage_objects), sorted(before.storage_objects));
    assert.deepEqual(errors, []);
    assert.deepEqual(sorted(after.targets), sorted(before.targets));
    assert.deepEqual(sorted(after.storage_objects), sorted(before.storage_objects));
    assert.match(await said('targetcli', 'ls'), new RegExp(`${iqnOf(first.id)}[^]*\\[::1\\]:3260`));
  });

  test('what Cinder exported goes on as it is, and is removed whole', async () => {
    const target = await readyTarget(lioTarget);
    const iqn = iqnOf(ids[2] ?? '');
    const { serial } = await makeAsCinder(iqn, devicePath(2), THIS_HOST.initiator);
    const volume = await exportedBy(target, ids[2] ?? '', devicePath(2), {
      provider_location: `127.0.0.1:3260,${iqn} ${iqn} 0`,
      provider_auth: 'CHAP cinder cinder-password',
    });
    const info = await target.grant(volume, theirs(volume));
    assert.equal(info.data.auth_password, 'cinder-password');
    const [listed] = (await target.listExports()).filter(({ reference }) => reference === iqn);
    assert.deepEqual(listed?.initiators, [OTHER_HOST.initiator, THIS_HOST.initiator]);
    assert.equal(saved().storage_objects?.find(({ name }) => name === iqn)?.wwn, serial);
    await target.removeExport(volume);
    assert.equal(existsSync(join(LIO, 'iscsi', iqn)), false);
    assert.ok(!readFileSync(SAVED, 'utf8').includes(iqn));
  });

  test('a serial that somebody saved is kept when only the saved configuration is left', async () => {
    const target = await readyTarget(lioTarget);
    const iqn = iqnOf(ids[2] ?? '');
    const { serial } = await makeAsCinder(iqn, devicePath(2), THIS_HOST.initiator);
    const known = { provider_location: `127.0.0.1:3260,${iqn} ${iqn} 0`, provider_auth: 'CHAP cinder cinder-password' };
    const text = readFileSync(SAVED, 'utf8');
    await deleteAsCinder(iqn);
    writeFileSync(SAVED, text);
    await exportedBy(target, ids[2] ?? '', devicePath(2), known);
    assert.equal(saved().storage_objects?.find(({ name }) => name === iqn)?.wwn, serial);
  });

  test('what is exported here is deleted by Cinder’s tool, and removed again here', async () => {
    const target = await readyTarget(lioTarget);
    const volume = await exportedBy(target, ids[3] ?? '', devicePath(3));
    await target.grant(volume, mine(volume));
    await deleteAsCinder(iqnOf(volume.id));
    assert.ok(!(await target.listExports()).some(({ volumeId }) => volumeId === volume.id));
    await target.removeExport(volume);
    await target.revoke(volume, mine(volume), []);
  });

  test('processes that export at the same time lose nothing of each other', async () => {
    const child = join(process.env.SCORIA_VM_SUITES ?? '', 'children', 'export-by-lio.mjs');
    const target = await readyTarget(lioTarget);
    const pairs = [3, 4, 5].map((index) => [ids[index] ?? '', devicePath(index)] as const);
    exported.push(...pairs.map(([id]) => ({ target, volume: aVolume({ id }) })));
    await Promise.all(pairs.map((pair) => said(process.execPath, child, ...pair)));
    const wwns = saved().targets?.map(({ wwn }) => wwn) ?? [];
    for (const [id] of pairs) assert.ok(wwns.includes(iqnOf(id)), id);
  });

  test('a saved configuration that is none is not written over, and nothing is exported', async () => {
    await removeAll();
    const target = await readyTarget(lioTarget);
    writeFileSync(SAVED, 'somebody’s notes');
    const volume = aVolume({ id: ids[0] ?? '' });
    await assert.rejects(target.createExport(volume, devicePath(0)));
    assert.equal(readFileSync(SAVED, 'utf8'), 'somebody’s notes');
    rmSync(SAVED);
    await target.removeExport(volume);
    assert.deepEqual(names(join(LIO, 'core')), ['alua']);
  });
});

describe('tgt and those who use it through its files', () => {
  after(removeAll);
  const options = { target_port: 3261 };
  const shown = async (): Promise<string> =>
    (await said('tgtadm', '--mode', 'target', '--op', 'show')).replace(/^Target \d+/gm, 'Target');

  test('what is exported comes back from its file, and for nobody else', async () => {
    const target = await readyTarget(tgtTarget, { ...options, iscsi_write_cache: 'off' });
    const volume = await exportedBy(target, ids[0] ?? '', devicePath(0));
    await exportedBy(target, ids[1] ?? '', devicePath(1));
    await target.grant(volume, mine(volume));
    const file = join(OPTIONS.volumes_dir, `volume-${volume.id}`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const before = await shown();
    await stopTgt();
    await startTgtd();
    await said('tgt-admin', '--execute');
    assert.equal((await shown()).replaceAll('            0.0.0.0\n', '').replaceAll('        0.0.0.0\n', ''), before);
  });

  test('what Cinder exported to everybody goes on, until a host is let in', async () => {
    const target = await readyTarget(tgtTarget, options);
    const id = ids[2] ?? '';
    const iqn = iqnOf(id);
    mkdirSync(OPTIONS.volumes_dir, { recursive: true });
    const text = `<target ${iqn}>
      backing-store ${devicePath(2)}
      driver iscsi
      incominguser cinder cinder-password
      write-cache on
      scsi_sn volume-${id}
      scsi_id volume-${id}
    </target>\n`;
    writeFileSync(join(OPTIONS.volumes_dir, `volume-${id}`), text);
    await said('tgt-admin', '--update', iqn);
    const volume = await exportedBy(target, id, devicePath(2), {
      provider_location: `127.0.0.1:3261,3 ${iqn} 1`,
      provider_auth: 'CHAP cinder cinder-password',
    });
    assert.match((await shown()).split(iqn)[1] ?? '', / {8}ALL\n/);
    await target.grant(volume, mine(volume));
    const part = (await shown()).split(iqn)[1] ?? '';
    assert.match(
      part,
      new RegExp(`SCSI SN: volume-${id.slice(0, 29)}[^]* ACL information:\n {8}${THIS_HOST.initiator}\n$`),
    );
    await target.removeExport(volume);
    assert.ok(!(await shown()).includes(iqn));
    assert.ok(!existsSync(join(OPTIONS.volumes_dir, `volume-${id}`)));
  });

  test('no daemon, no export', async () => {
    await removeAll();
    await stopTgt();
    await assert.rejects(readyTarget(tgtTarget, options), { name: 'DriverFailure', message: /tgtd is not running/ });
    await startTgtd();
  });
});

describe('nvmet and those who use it through its files', () => {
  after(removeAll);
  const options = { target_protocol: 'nvmet_tcp', target_port: 4420 };
  const subsystem = (id: string): string => join(NVMET, 'subsystems', `nqn.${OPTIONS.target_prefix}-${id}`);

  test('subsystems share their ports, and the last one takes them along', async () => {
    const both = { ...options, target_secondary_ip_addresses: ['::1'] };
    const target = await readyTarget(nvmetTarget, both);
    const one = await exportedBy(target, ids[0] ?? '', devicePath(0));
    const other = await exportedBy(target, ids[1] ?? '', devicePath(1));
    const info = await target.grant(one, mine(one));
    assert.deepEqual(info.data.portals, [
      ['127.0.0.1', '4420', 'tcp'],
      ['::1', '4420', 'tcp'],
    ]);
    await target.grant(other, mine(other));
    assert.equal((await target.listExports())[1]?.provider_location, other.provider_location);
    await target.removeExport(one);
    assert.deepEqual(names(join(NVMET, 'ports')), ['1', '2']);
    assert.deepEqual(names(join(NVMET, 'hosts')), [THIS_HOST.nqn]);
    await target.removeExport(other);
    assert.deepEqual([...names(join(NVMET, 'ports')), ...names(join(NVMET, 'hosts'))], []);
  });

  test('what Cinder exported to everybody goes on, until a host is let in', async () => {
    const target = await readyTarget(nvmetTarget, { ...options, nvmeof_conn_info_version: 1 });
    const id = ids[2] ?? '';
    const path = subsystem(id);
    const uuid = '11111111-2222-4333-8444-555555555555';
    await said(
      'sh',
      '-ec',
      `mkdir ${path} ${path}/namespaces/10; echo 1 > ${path}/attr_allow_any_host
       echo -n ${devicePath(2)} > ${path}/namespaces/10/device_path; echo ${uuid} > ${path}/namespaces/10/device_nguid
       echo 1 > ${path}/namespaces/10/enable`,
    );
    const volume = await exportedBy(target, id, devicePath(2));
    assert.equal(attribute(join(path, 'attr_allow_any_host')), '1');
    assert.equal(attribute(join(path, 'namespaces', '10', 'device_nguid')), uuid);
    assert.deepEqual(await target.grant(volume, mine(volume)), {
      driver_volume_type: 'nvmeof',
      data: {
        target_portal: '127.0.0.1',
        target_port: '4420',
        nqn: `nqn.${OPTIONS.target_prefix}-${id}`,
        transport_type: 'tcp',
        ns_id: '10',
      },
    });
    assert.equal(attribute(join(path, 'attr_allow_any_host')), '0');
    await target.removeExport(volume);
    assert.equal(existsSync(path), false);
  });

  test('a port that is somebody’s is not taken', async () => {
    const other = await readyTarget(nvmetTarget, { ...options, target_port: 4421 });
    await exportedBy(other, ids[3] ?? '', devicePath(3));
    const target = await readyTarget(nvmetTarget, options);
    await assert.rejects(target.createExport(aVolume({ id: ids[4] ?? '' }), devicePath(4)), {
      name: 'DriverFailure',
      message: /port 1 of nvmet listens at 127\.0\.0\.1:4421/,
    });
    assert.equal(existsSync(subsystem(ids[4] ?? '')), false);
  });
});
