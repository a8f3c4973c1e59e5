import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { ConnectorFailure, type HostConnector } from '../../../src/connectors/contract.ts';
import { rbdConnector } from '../../../src/connectors/rbd/connector.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import type { RbdMapper } from '../../../src/rbd-mappers.ts';
import { Cluster } from '../../ceph/support/cluster.ts';
import { infoOf } from '../../ceph/support/rbd-host.ts';
import { leftOnHost, nothingLeft, readAt, recordingHost, writeAt } from '../support/connector-host.ts';
import { said, until } from '../support/host.ts';

const MIB = 1024n ** 2n;
/** Those that are tried while the cluster hangs. The kernel's own client takes minutes, and now and then longer. */
const HANGING: readonly RbdMapper[] = process.env.SCORIA_VM_FULL === undefined ? ['rbd-nbd'] : ['krbd', 'rbd-nbd'];
const gently = { force: false } as const;
const byForce = { force: true } as const;
const by = (rbd_mapper: RbdMapper) => ({ attach_mode: 'rw', connector: { rbd_mapper } }) as const;

const state = mkdtempSync('/run/scoria-vm-');
const host = recordingHost(state);
const connector: HostConnector = rbdConnector(host);
let cluster: Cluster;
let pool: string;

before(async () => {
  cluster = await Cluster.start();
  pool = await cluster.newPool();
  await cluster.newUser('cinder', { mon: 'profile rbd', osd: `profile rbd pool=${pool}` });
});

afterEach(() => {
  assert.deepEqual(leftOnHost(state), nothingLeft);
  host.commands();
});

after(async () => {
  await cluster?.remove();
  rmSync(state, { recursive: true });
});

let images = 0;
const newImage = async (...more: readonly string[]): Promise<{ image: string; info: ConnectionInfo }> => {
  images += 1;
  const image = `${pool}/volume-${images}`;
  await cluster.said('rbd', 'create', '--size', '64M', ...more, image);
  return { image, info: await infoOf(cluster, image, 'cinder') };
};

const firstBytes = async (image: string, length: number): Promise<string> => {
  const file = join(cluster.directory, 'exported');
  await cluster.said('rbd', 'export', '--no-progress', image, file);
  const bytes = readFileSync(file).subarray(0, length).toString();
  rmSync(file);
  return bytes;
};

const failureOf = async (call: Promise<unknown>): Promise<ConnectorFailure> => {
  const error = await call.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectorFailure, `no failure of the connector: ${String(error)}`);
  return error;
};

const sizeOf = (path: string): bigint => BigInt(said('blockdev', '--getsize64', path));

for (const mapper of ['krbd', 'rbd-nbd'] as const) {
  describe(`images of Ceph by ${mapper}`, () => {
    test('are devices with their data, which leave nothing', async (context) => {
      const { image, info } = await newImage();
      const begun = performance.now();
      const device = await connector.connectVolume(info, by(mapper));
      context.diagnostic(`attach ${Math.round(performance.now() - begun)} ms: ${host.commands().join(', ')}`);
      assert.match(device.path, mapper === 'krbd' ? /^\/dev\/rbd\d+$/ : /^\/dev\/nbd\d+$/);
      assert.equal(sizeOf(device.path), 64n * MIB);
      assert.deepEqual(await connector.connectVolume(info, by(mapper)), device);
      assert.deepEqual(await connector.findDevice(info), device);
      writeAt(device.path, 'through Ceph');
      const key = /key = (\S+)/.exec(readFileSync(cluster.keyring('cinder'), 'utf8'))?.[1] ?? '';
      assert.ok(key !== '' && !host.commands().join('\n').includes(key));
      const detaching = performance.now();
      await connector.disconnectVolume(info, device, gently);
      context.diagnostic(`detach ${Math.round(performance.now() - detaching)} ms: ${host.commands().join(', ')}`);
      assert.equal(await connector.findDevice(info), null);
      assert.equal(await firstBytes(image, 12), 'through Ceph');
      assert.deepEqual(await cluster.asked('rbd', 'status', image), { watchers: [] });
      await connector.disconnectVolume(info, device, gently);
    });

    test('grow while they are used, and are not taken from who uses them', async () => {
      const { image, info } = await newImage();
      const device = await connector.connectVolume(info, by(mapper));
      said('mkfs.ext4', '-q', device.path);
      said('mount', device.path, '/mnt');
      await cluster.said('rbd', 'resize', '--no-progress', '--size', '96M', image);
      assert.equal(await connector.extendVolume(info, device), 96n * MIB);
      assert.equal(sizeOf(device.path), 96n * MIB);
      said('resize2fs', device.path);
      const failure = await failureOf(connector.disconnectVolume(info, device, gently));
      assert.match(failure.message, /in use/);
      said('umount', '/mnt');
      await connector.disconnectVolume(info, device, gently);
    });

    test('can be attached to be read alone, and by several connections', async () => {
      const { info } = await newImage();
      const one = { ...info, data: { ...info.data, connection_id: 'one' } };
      const other = { ...info, data: { ...info.data, connection_id: 'other' } };
      const readOnly = { ...by(mapper), attach_mode: 'ro' } as const;
      const device = await connector.connectVolume(one, readOnly);
      assert.deepEqual(await connector.connectVolume(other, readOnly), device);
      await connector.disconnectVolume(one, device, gently);
      assert.equal(readAt(device.path, 4), '\0\0\0\0');
      assert.throws(() => writeAt(device.path, 'no'), { code: /EPERM|EROFS|EACCES/ });
      await connector.disconnectVolume(other, device, gently);
    });
  });
}

describe('images of Ceph', () => {
  test('that several hosts write to show what the others wrote', async () => {
    const { info } = await newImage('--image-shared');
    const place = mkdtempSync('/run/scoria-vm-');
    const another = rbdConnector({ ...host, stateDirectory: place });
    const here = await connector.connectVolume(info, by('krbd'));
    const there = await another.connectVolume(info, by('rbd-nbd'));
    for (const word of ['first', 'second']) {
      writeAt(here.path, `${word} here`);
      assert.equal(readAt(there.path, word.length + 5), `${word} here`);
      writeAt(there.path, `${word} there`);
      assert.equal(readAt(here.path, word.length + 6), `${word} there`);
    }
    await another.disconnectVolume(info, there, gently);
    await connector.disconnectVolume(info, here, gently);
    rmSync(place, { recursive: true });
  });

  test('that somebody else mapped are left to them', async () => {
    const { image, info } = await newImage();
    const theirs = await cluster.said('rbd', 'device', 'map', image);
    assert.match((await failureOf(connector.connectVolume(info, by('krbd')))).message, /mapped .* by somebody else/);
    await connector.disconnectVolume(info, null, gently);
    assert.equal(sizeOf(theirs), 64n * MIB);
    await cluster.said('rbd', 'device', 'unmap', theirs);
  });

  test('are mapped by the kernel unless told otherwise', async () => {
    const { info } = await newImage();
    const device = await connector.connectVolume(info, { attach_mode: 'rw' });
    assert.match(device.path, /^\/dev\/rbd/);
    await connector.disconnectVolume(info, device, gently);
  });

  test('go by force in time while the cluster hangs, or as soon as it answers', async (context) => {
    const attached = await Promise.all(
      HANGING.map(async (mapper) => {
        const { info } = await newImage();
        const device = await connector.connectVolume(info, by(mapper));
        return { mapper, info, device, file: openSync(device.path, 'r+') };
      }),
    );
    {
      using _hanging = cluster.hang('osd.0');
      await Promise.all(
        attached.map(async ({ mapper, info, device, file }) => {
          const begun = performance.now();
          writeSync(file, Buffer.alloc(4096, 'never written out'));
          const ended = connector.disconnectVolume(info, device, byForce);
          await assert.rejects(ended, /cannot be written out/);
          context.diagnostic(`${mapper} by force after ${Math.round(performance.now() - begun)} ms`);
        }),
      );
    }
    for (const { info, file } of attached) {
      closeSync(file);
      const gone = () => connector.disconnectVolume(info, null, byForce).then(() => true);
      await until(`${String(info.data.name)} is gone`, () => gone().catch(() => false));
    }
  });
});
