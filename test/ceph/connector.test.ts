import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from './support/cluster.ts';
import { type ImagePool, newImagePool } from './support/image-pool.ts';
import { failureOf, infoOf, nothingLeft, RbdHost, RO, RW, read, write } from './support/rbd-host.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

let cluster: Cluster;
let images: ImagePool;
beforeAll(async () => {
  cluster = await Cluster.start();
  images = await newImagePool(cluster);
  await cluster.newUser('reader', { mon: 'profile rbd', osd: `profile rbd-read-only pool=${images.pool}` });
});
afterAll(() => cluster?.remove());

const newImage = (...more: readonly string[]): Promise<string> => images.newImage('64M', ...more);

const bytesIn = async (image: string, length: number, offset = 0): Promise<string> => {
  const path = join(cluster.directory, 'exported');
  await cluster.said('rbd', 'export', '--no-progress', image, path);
  const bytes = await readFile(path);
  await run('rm', [path]);
  return bytes.subarray(offset, offset + length).toString();
};

const sizeOf = async (path: string): Promise<number> =>
  Number((await run('blockdev', ['--getsize64', path])).stdout.trim());

describe('an image of Ceph', () => {
  test('is a device, which leaves nothing when it is detached', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const info = await infoOf(cluster, image, 'cinder');
    expect(await connector.findDevice(info)).toBeNull();
    const device = await connector.connectVolume(info, RW);
    expect(await sizeOf(device.path)).toBe(64 * MIB);
    expect(await connector.findDevice(info)).toEqual(device);
    expect(await connector.connectVolume(info, RW)).toEqual(device);
    await write(device, 'kept', 5 * MIB);
    await connector.disconnectVolume(info, device, { force: false });
    await connector.disconnectVolume(info, device, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
    expect(await bytesIn(image, 8, 5 * MIB)).toBe('keptkept');
    expect(await cluster.asked('rbd', 'status', image)).toEqual({ watchers: [] });
    expect(await connector.findDevice(info)).toBeNull();
  });

  test('is written out when it is detached, and gives back what is discarded', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const info = await infoOf(cluster, image, 'cinder');
    const device = await connector.connectVolume(info, RW);
    await run('dd', ['if=/dev/urandom', `of=${device.path}`, 'bs=1M', 'count=64']);
    const { stdout } = await run('sha256sum', [device.path]);
    await connector.disconnectVolume(info, device, { force: false });
    const again = await connector.connectVolume(info, RW);
    expect((await run('sha256sum', [again.path])).stdout.split(' ')[0]).toBe(stdout.split(' ')[0]);
    await run('blkdiscard', [again.path]);
    await connector.disconnectVolume(info, again, { force: false });
    const [used] = (await cluster.asked<{ images: [{ used_size: number }] }>('rbd', 'du', image)).images;
    expect(used.used_size).toBe(0);
  });

  test('grows while it is used', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const info = await infoOf(cluster, image, 'cinder');
    const device = await connector.connectVolume(info, RW);
    await write(device, 'before');
    for (const sizeMiB of [96, 160]) {
      await cluster.said('rbd', 'resize', '--no-progress', '--size', `${sizeMiB}M`, image);
      expect(await connector.extendVolume(info, device)).toBe(BigInt(sizeMiB * MIB));
      expect(await connector.extendVolume(info, device)).toBe(BigInt(sizeMiB * MIB));
      expect(await sizeOf(device.path)).toBe(sizeMiB * MIB);
      await write(device, 'end', (sizeMiB - 1) * MIB);
    }
    expect(await read(device, 6)).toBe('before');
    await connector.disconnectVolume(info, device, { force: false });
    expect(await bytesIn(image, 6)).toBe('before');
    expect(await bytesIn(image, 6, 95 * MIB)).toBe('endend');
    expect(await bytesIn(image, 6, 159 * MIB)).toBe('endend');
    expect(await host.left()).toEqual(nothingLeft);
    await failureOf(connector.extendVolume(info, device));
  });

  test('can be attached to be read alone', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const info = await infoOf(cluster, image, 'cinder');
    const device = await connector.connectVolume(info, RO);
    expect(await read(device, 4)).toBe('\0\0\0\0');
    await expect(write(device, 'no')).rejects.toMatchObject({ code: expect.stringMatching(/EPERM|EROFS|EACCES/) });
    expect((await failureOf(connector.connectVolume(info, RW))).message).toContain('read-only');
    await cluster.said('rbd', 'resize', '--no-progress', '--size', '96M', image);
    expect(await connector.extendVolume(info, device)).toBe(BigInt(96 * MIB));
    await connector.disconnectVolume(info, device, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
  });

  test('is shared by connections of one host, and stays for the last', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const [one, other] = [
      await infoOf(cluster, image, 'cinder', { connection_id: 'one' }),
      await infoOf(cluster, image, 'cinder', { connection_id: 'other' }),
    ];
    const devices = await Promise.all([connector.connectVolume(one, RW), connector.connectVolume(other, RW)]);
    const [device] = devices;
    expect(devices[1]).toEqual(device);
    await connector.disconnectVolume(one, device, { force: false });
    await write(device, 'still');
    expect(await connector.findDevice(one)).toBeNull();
    expect(await connector.findDevice(other)).toEqual(device);
    await connector.disconnectVolume(other, device, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
  });

  test('is not taken from who uses it', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const info = await infoOf(cluster, await newImage(), 'cinder');
    const device = await connector.connectVolume(info, RW);
    const mountPoint = join(host.directory, 'mounted');
    await mkdir(mountPoint);
    await run('mkfs.ext4', ['-q', device.path]);
    await run('mount', [device.path, mountPoint]);
    const inUse = await failureOf(connector.disconnectVolume(info, device, { force: false }));
    expect(inUse.message).toContain('in use');
    await run('touch', [join(mountPoint, 'still-writable')]);
    await run('umount', [mountPoint]);
    await connector.disconnectVolume(info, device, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
  });

  test('needs nothing of the host but a keyring', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const only = { cluster_name: 'scoria', ceph_conf: null, keyring_conf: null };
    const keyring = await readFile(cluster.keyring('cinder'), 'utf8');
    const key = /key = (?<key>\S+)/.exec(keyring)?.groups?.key ?? '';
    const info = await infoOf(cluster, image, 'cinder', { ...only, keyring });
    const device = await connector.connectVolume(info, RW);
    await write(device, 'kept');
    const [daemon] = await host.daemons();
    const environment = await readFile(`/proc/${daemon}/environ`, 'utf8');
    expect(host.commands.join('\n')).toContain('qemu-storage-daemon');
    expect(host.commands.join('\n') + environment).not.toContain(key);
    await connector.disconnectVolume(info, device, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
  });

  test('is refused where several hosts may write to it, which would not see what the others write', async () => {
    await using host = await RbdHost.start();
    const info = await infoOf(cluster, await newImage('--image-shared'), 'cinder');
    const refused = await failureOf(host.connector.connectVolume(info, RW));
    expect(refused.message).toContain("would not see each other's writes");
    expect(refused.remedy).toContain('krbd');
    expect(await host.left()).toEqual(nothingLeft);
  });

  test('leaves nothing where it cannot be attached, and says why', async () => {
    await using host = await RbdHost.start();
    const { connector } = host;
    const image = await newImage();
    const attached = async (name: string, user: string, more = {}) => {
      const info = await infoOf(cluster, name, user, more);
      const { message } = await failureOf(connector.connectVolume(info, RW));
      expect(await host.left()).toEqual(nothingLeft);
      return message;
    };
    expect(await attached(`${images.pool}/none`, 'cinder')).toContain('there is no such image');
    expect(await attached('none/none', 'cinder')).toContain('there is no such pool');
    expect(await attached(image, 'nobody')).toContain('no keyring');
    // QEMU watches an image that it only reads, too.
    expect(await attached(image, 'reader')).toContain('capabilities');
    expect(await attached(image, 'cinder', { ceph_conf: '/nonexistent/ceph.conf' })).toContain('ENOENT');
    const closed = { cluster_name: 'scoria', ceph_conf: null, ports: ['1'] };
    expect(await attached(image, 'cinder', closed)).toContain('the cluster does not answer');
  });
});
