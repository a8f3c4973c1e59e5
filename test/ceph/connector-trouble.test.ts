import { open } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Device } from '../../src/connectors/contract.ts';
import { Cluster } from './support/cluster.ts';
import { type ImagePool, newImagePool } from './support/image-pool.ts';
import { BLOCK, failureOf, infoOf, nothingLeft, RbdHost, RW, read, write } from './support/rbd-host.ts';

let cluster: Cluster;
let images: ImagePool;
beforeAll(async () => {
  cluster = await Cluster.start();
  images = await newImagePool(cluster);
});
afterAll(() => cluster?.remove());

const attached = async (host: RbdHost) => {
  const image = await images.newImage('16M');
  const info = await infoOf(cluster, image, 'cinder');
  return { image, info, device: await host.connector.connectVolume(info, RW) };
};

test('a device whose daemon was killed is not taken for a good one, and goes by force', async () => {
  await using host = await RbdHost.start();
  const { connector } = host;
  const { info, device } = await attached(host);
  await write(device, 'kept');
  const [daemon = 0] = await host.daemons();
  process.kill(daemon, 'SIGKILL');
  await expect.poll(() => host.daemons()).toEqual([]);
  expect(await connector.findDevice(info)).toBeNull();
  await failureOf(connector.extendVolume(info, device));
  for (const refused of [connector.disconnectVolume(info, device, { force: false }), connector.connectVolume(info, RW)])
    expect((await failureOf(refused)).message).toContain('the daemon behind it is gone');
  await expect(connector.disconnectVolume(info, device, { force: true })).rejects.toThrow('cannot be written out');
  expect(await host.left()).toEqual(nothingLeft);
  const again = await connector.connectVolume(info, RW);
  expect(await read(again, 8)).toBe('keptkept');
  await connector.disconnectVolume(info, again, { force: false });
  expect(await host.left()).toEqual(nothingLeft);
});

test('while the cluster hangs nothing is lost without force, and by force all goes', async () => {
  await using host = await RbdHost.start();
  const { connector } = host;
  const { info, device } = await attached(host);
  await write(device, 'kept');
  const late = await (async () => {
    using _hanging = cluster.hang('osd.0');
    const begun = await writeToCache(device, 'late');
    const { message } = await failureOf(connector.disconnectVolume(info, device, { force: false }));
    expect(message).toContain('cannot be written out');
    expect(await connector.findDevice(info)).toEqual(device);
    return begun;
  })();
  await late.written;
  await connector.disconnectVolume(info, device, { force: false });
  expect(await host.left()).toEqual(nothingLeft);
  const again = await connector.connectVolume(info, RW);
  expect(await read(again, 8)).toBe('latelate');
  using _hanging = cluster.hang('osd.0');
  const lost = await writeToCache(again, 'lost');
  await expect(connector.disconnectVolume(info, again, { force: true })).rejects.toThrow('cannot be written out');
  expect(await host.left()).toEqual(nothingLeft);
  await lost.written;
});

test('sixteen writers at once find what they wrote, while it grows and after', async () => {
  await using host = await RbdHost.start();
  const { connector } = host;
  const { image, info, device } = await attached(host);
  const writers = Array.from({ length: 16 }, (_, writer) => writer);
  let sizeMiB = 16;
  const grown = (async () => {
    while (sizeMiB < 24) {
      sizeMiB += 2;
      await cluster.said('rbd', 'resize', '--no-progress', '--size', `${sizeMiB}M`, image);
      await connector.extendVolume(info, device);
    }
  })();
  await Promise.all([grown, ...writers.map((writer) => writeAndVerify(device, writer))]);
  await connector.disconnectVolume(info, device, { force: false });
  const again = await connector.connectVolume(info, RW);
  for (const writer of writers) {
    for (const block of blocksOf(writer)) {
      const text = await read(again, BLOCK, block * BLOCK);
      expect(text).toBe(patternOf(writer, ROUNDS).toString());
    }
  }
  await connector.disconnectVolume(info, again, { force: false });
  expect(await host.left()).toEqual(nothingLeft);
});

const ROUNDS = 20;
const BLOCKS = 8;

/** Neighbours in the same objects and pages of the image. */
const blocksOf = (writer: number): readonly number[] =>
  Array.from({ length: BLOCKS }, (_, index) => index * 256 + writer);

const patternOf = (writer: number, round: number): Buffer => Buffer.alloc(BLOCK, `writer ${writer} round ${round};`);

const writeAndVerify = async ({ path }: Device, writer: number): Promise<void> => {
  await using file = await open(path, 'r+');
  const found = Buffer.alloc(BLOCK);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const pattern = patternOf(writer, round);
    for (const block of blocksOf(writer)) await file.write(pattern, 0, BLOCK, block * BLOCK);
    await file.datasync();
    for (const block of blocksOf(writer)) {
      await file.read(found, 0, BLOCK, block * BLOCK);
      expect(found.equals(pattern)).toBe(true);
    }
  }
};

/** Waits until it is written only in the promise that it resolves with: the last who closes a device waits for that. */
const writeToCache = async ({ path }: Device, text: string): Promise<{ readonly written: Promise<void> }> => {
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(BLOCK, text), 0, BLOCK, 0);
  return { written: file.close() };
};
