import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { ConnectionInfo, Volume } from '../../../src/drivers/contract.ts';
import type { MakeTarget, Target, TargetOptions } from '../../../src/drivers/targets/contract.ts';
import { lioTarget } from '../../../src/drivers/targets/lio.ts';
import { nvmetTarget } from '../../../src/drivers/targets/nvmet.ts';
import { tgtTarget } from '../../../src/drivers/targets/tgt.ts';
import { aConnection, aVolume } from '../../../src/testing/resources.ts';
import { startIscsi, stopTgt } from '../support/host.ts';
import {
  type Disk,
  environment,
  eventually,
  type Initiator,
  iscsiInitiator,
  LIO,
  MIB,
  makeDisk,
  NVMET,
  names,
  nvmeInitiator,
  OPTIONS,
  OTHER_HOST,
  readFrom,
  said,
  saved,
  sizeOf,
  startTgtd,
  THIS_HOST,
  writeTo,
} from '../support/target-trial.ts';

const TAKEN_PORT = 3999;
const ID = '3f0c9a6e-7d1b-4c44-9d5a-0d6c1a2b3c4d';

interface Kind {
  readonly name: string;
  readonly make: MakeTarget;
  readonly options: TargetOptions;
  readonly initiator: Initiator;
  readonly location: RegExp;
  /** What stands of exports, live and saved. */
  leftovers(): Promise<readonly string[]>;
  /** As a reboot does it. */
  forget(): Promise<void>;
}

const lioNames = (): string[] => [
  ...names(`${LIO}/iscsi`).filter((name) => name.startsWith('iqn')),
  ...names(`${LIO}/core`).filter((name) => name !== 'alua'),
];

const KINDS: readonly Kind[] = [
  {
    name: 'LIO',
    make: lioTarget,
    options: OPTIONS,
    initiator: iscsiInitiator,
    location: new RegExp(
      `^127.0.0.1:3260,iqn.2010-10.org.openstack:volume-${ID} iqn.2010-10.org.openstack:volume-${ID} 0$`,
    ),
    leftovers: async () => [
      ...lioNames(),
      ...(saved().targets ?? []).map(({ wwn }) => wwn),
      ...(saved().storage_objects ?? []).map(({ name }) => name),
    ],
    forget: async () => void (await said('targetctl', 'clear')),
  },
  {
    name: 'tgt',
    make: tgtTarget,
    options: { ...OPTIONS, target_port: 3261 },
    initiator: iscsiInitiator,
    location: new RegExp(`^127.0.0.1:3261,\\d+ iqn.2010-10.org.openstack:volume-${ID} 1$`),
    leftovers: async () => [
      ...(await said('tgtadm', '--mode', 'target', '--op', 'show')).split('\n').filter(Boolean),
      ...(await said('tgtadm', '--mode', 'account', '--op', 'show')).split('\n').slice(1).filter(Boolean),
      ...names(OPTIONS.volumes_dir),
    ],
    forget: async () => {
      await stopTgt();
      await startTgtd();
    },
  },
  {
    name: 'nvmet',
    make: nvmetTarget,
    options: { ...OPTIONS, target_protocol: 'nvmet_tcp', target_port: 4420 },
    initiator: nvmeInitiator,
    location: new RegExp(`^127.0.0.1:4420 tcp nqn.iqn.2010-10.org.openstack:-${ID} 10$`),
    leftovers: async () => ['subsystems', 'ports', 'hosts'].flatMap((kind) => names(`${NVMET}/${kind}`)),
    forget: async () => {
      for (const subsystem of names(`${NVMET}/subsystems`)) {
        const path = `${NVMET}/subsystems/${subsystem}`;
        await said(
          'sh',
          '-ec',
          `rm ${NVMET}/ports/*/subsystems/*; rmdir ${NVMET}/ports/*; rm -f ${path}/allowed_hosts/*; rmdir ${NVMET}/hosts/* || :
           rmdir ${path}/namespaces/*; rmdir ${path}`,
        );
      }
    },
  },
];

const listenAt = (port: number) => {
  const server = createServer().listen(port, '127.0.0.1');
  return { server, [Symbol.dispose]: () => void server.close() };
};

before(async () => {
  await said('modprobe', '-a', 'iscsi_tcp', 'sd_mod', 'nvme_tcp', 'nvmet', 'nvmet_tcp');
  await startIscsi();
  writeFileSync('/etc/tgt/conf.d/volumes.conf', `include ${OPTIONS.volumes_dir}/*\n`);
  await startTgtd();
});

after(stopTgt);

for (const kind of KINDS) {
  describe(`a target of ${kind.name}`, () => {
    const host = environment();
    const target: Target = kind.make(kind.options, host);
    let volume: Volume = aVolume({ id: ID });
    const mine = aConnection(volume, { ...THIS_HOST }, null);
    const theirs = aConnection(volume, { ...OTHER_HOST }, null);
    let disk: Disk;
    let info: ConnectionInfo;
    let device: string;

    const isLetIn = async (login: Promise<string>): Promise<boolean> =>
      login.then(
        () => true,
        () => false,
      );

    before(async () => {
      disk = await makeDisk();
      await target.setup();
      await target.setup();
      assert.deepEqual(await kind.leftovers(), []);
    });

    after(async () => {
      await kind.initiator.logout(info).catch(() => undefined);
      await target.removeExport(volume);
      await disk.remove();
    });

    test('exports a device as Cinder does, which may be repeated, without a program', async () => {
      host.programs.length = 0;
      const update = await target.createExport(volume, disk.path);
      assert.match(update.provider_location ?? '', kind.location);
      volume = { ...volume, ...update };
      assert.deepEqual(await target.createExport(volume, disk.path), update);
      assert.deepEqual(host.programs, []);
      const [listed, ...rest] = await target.listExports();
      assert.deepEqual(rest, []);
      assert.equal(listed?.devicePath, disk.path);
      assert.equal(listed?.volumeId, ID);
      assert.deepEqual(listed?.initiators, []);
      assert.equal(listed?.provider_location, update.provider_location);
    });

    test('lets in who was granted, and nobody else', async () => {
      info = await target.grant(volume, mine);
      assert.deepEqual(await target.grant(volume, mine), info);
      assert.equal(await isLetIn(kind.initiator.login(info, OTHER_HOST)), false);
      const wrong = { ...info, data: { ...info.data, auth_password: 'not-the-password' } };
      if ('auth_password' in info.data) assert.equal(await isLetIn(kind.initiator.login(wrong)), false);
      device = await kind.initiator.login(info);
      const written = await writeTo(device, MIB);
      assert.deepEqual(await disk.read(MIB, MIB), written);
      assert.deepEqual(await readFrom(device, MIB, MIB), written);
    });

    test('is the same for those who are connected when it is made again', async () => {
      const written = await writeTo(device, 4 * MIB);
      const update = await target.createExport(volume, disk.path);
      assert.equal(update.provider_location, volume.provider_location);
      assert.deepEqual(await target.grant(volume, mine), info);
      assert.deepEqual(await readFrom(device, 4 * MIB, MIB), written);
    });

    test('shows that its device has grown while it is connected', async () => {
      const writing = writeTo(device, 8 * MIB);
      await disk.grow(128 * MIB);
      await target.deviceGrew(volume, disk.path);
      await eventually('new size', async () => {
        await kind.initiator.rescan(info).catch(() => undefined);
        return (await sizeOf(device)) === 128 * MIB ? true : null;
      });
      assert.deepEqual(await readFrom(device, 8 * MIB, MIB), await writing);
      await writeTo(device, 100 * MIB);
    });

    test('keeps a host in that another connection needs, and shuts it out with the last one', async () => {
      await target.revoke(volume, mine, [aConnection(volume, { ...THIS_HOST }, null)]);
      await writeTo(device, 0);
      assert.equal((await target.listExports())[0]?.initiators.length, 1);
      await target.revoke(volume, mine, [theirs]);
      await target.revoke(volume, mine, []);
      assert.deepEqual((await target.listExports())[0]?.initiators, []);
      await eventually('end of the session', () =>
        readFrom(device, 0, 4096).then(
          () => null,
          () => true,
        ),
      );
      await kind.initiator.logout(info);
      assert.equal(await isLetIn(kind.initiator.login(info)), false);
      await kind.initiator.logout(info).catch(() => undefined);
    });

    test('comes back with the same names and identity after a reboot', async () => {
      await target.grant(volume, mine);
      device = await kind.initiator.login(info);
      const identity = async () => said('udevadm', 'info', '--query=property', '--property=ID_SERIAL,ID_WWN', device);
      const before = await identity();
      await kind.initiator.logout(info);
      await kind.forget();
      assert.deepEqual(await target.listExports(), []);
      const update = await target.createExport(volume, disk.path);
      assert.equal(update.provider_location, volume.provider_location);
      assert.deepEqual(await target.grant(volume, mine), info);
      device = await kind.initiator.login(info);
      assert.equal(await identity(), before);
      await kind.initiator.logout(info);
    });

    test('leaves nothing when it is removed, even in use, which may be repeated', async () => {
      device = await kind.initiator.login(info);
      await target.removeExport(volume);
      assert.deepEqual(await kind.leftovers(), []);
      await target.removeExport(volume);
      await target.revoke(volume, mine, []);
      assert.deepEqual(await kind.leftovers(), []);
      await kind.initiator.logout(info).catch(() => undefined);
      await eventually('end of all sessions', async () => ((await kind.initiator.sessions()) === 0 ? true : null));
    });

    test('refuses what it cannot export, and leaves nothing of it', async () => {
      const elsewhere = kind.make({ ...kind.options, target_port: TAKEN_PORT, nvmet_port_id: 77 }, host);
      if (kind.name === 'tgt')
        await assert.rejects(elsewhere.setup(), { name: 'DriverFailure', message: /and not at 127\.0\.0\.1:3999/ });
      else {
        using listener = listenAt(TAKEN_PORT);
        await once(listener.server, 'listening');
        await elsewhere.setup();
        await assert.rejects(elsewhere.createExport(aVolume({ id: ID }), disk.path), {
          name: 'DriverFailure',
          message: /the port of the target is taken/,
        });
      }
      await assert.rejects(target.createExport(aVolume({ id: ID }), '/dev/no-such-device'), { name: 'DriverFailure' });
      await assert.rejects(target.createExport(aVolume({ id: 'x'.repeat(199) }), disk.path), {
        name: 'DriverFailure',
        message: /no name/,
      });
      assert.deepEqual(await kind.leftovers(), []);
    });
  });
}
