import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endCommandsOf } from '../../src/drivers/abandoned-commands.ts';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import type { ConnectionInfo } from '../../src/drivers/contract.ts';
import { silentLogger } from '../../src/logging.ts';
import type { Doom } from '../../torture/points/points.ts';
import type { ImageErrand } from './children/connect.ts';
import { Cluster } from './support/cluster.ts';
import { type ImagePool, newImagePool } from './support/image-pool.ts';
import { infoOf, nothingLeft, RbdHost, RW, read, write } from './support/rbd-host.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const child = join(import.meta.dirname, 'children/connect.ts');

let cluster: Cluster;
let images: ImagePool;
beforeAll(async () => {
  cluster = await Cluster.start();
  images = await newImagePool(cluster);
});
afterAll(() => cluster?.remove());

const performed = async (errand: ImageErrand, operation = 'not-killed'): Promise<readonly string[]> => {
  const env = { ...process.env, SCORIA_OPERATION: operation };
  const { stdout } = await run(process.execPath, [child, JSON.stringify(errand)], { env });
  return JSON.parse(stdout) as readonly string[];
};

/** Is killed there; and what it ran is ended, as recovery does. */
const killed = async (errand: ImageErrand): Promise<void> => {
  const operation = randomUUID();
  await expect(performed(errand, operation)).rejects.toMatchObject({ signal: 'SIGKILL' });
  const runner = createCommandRunner({ rootHelper: '', log: silentLogger });
  expect(await endCommandsOf({ commandId: operation, sinceTicks: 0n }, runner)).toBe(true);
};

/** Each point, as often as it was passed. */
const doomsOf = (points: readonly string[]): readonly Doom[] =>
  points
    .map((point, index) => ({
      point,
      nth: points.slice(0, index + 1).filter((one) => one === point).length,
      signal: 'SIGKILL' as const,
    }))
    // Before the next step is after this one.
    .filter(({ point }) => !/^(root|qmp).*: before$/.test(point));

const usable = async (host: RbdHost, info: ConnectionInfo, sizeMiB: number): Promise<void> => {
  const device = await host.connector.connectVolume(info, RW);
  expect(await host.connector.extendVolume(info, device)).toBe(BigInt(sizeMiB * MIB));
  await write(device, 'whole', (sizeMiB - 1) * MIB);
  expect(await read(device, 4)).toBe('kept');
  expect(await host.daemons()).toHaveLength(1);
  await host.connector.disconnectVolume(info, device, { force: false });
  expect(await host.left()).toEqual(nothingLeft);
};

/** What changes something, or asks. */
const STEPS = {
  attach: [
    'program losetup',
    'program qemu-storage-daemon',
    'program rbd info',
    'root link',
    'root mkdir',
    'root replace',
    'root unlink',
  ],
  grow: [
    'blockdev-add',
    'blockdev-del',
    'blockdev-reopen',
    'program losetup',
    'program rbd info',
    'program stat',
    'qmp_capabilities',
    'query-named-block-nodes',
  ],
  detach: ['program kill', 'program losetup', 'program sync', 'root rmdir', 'root unlink'],
};

const AT_ONCE = 4;

for (const work of ['attach', 'grow', 'detach'] as const) {
  const sizeMiB = work === 'grow' ? 32 : 16;

  const begunOn = async (host: RbdHost) => {
    const image = await images.newImage('16M');
    const info = await infoOf(cluster, image, 'cinder');
    const device = await host.connector.connectVolume(info, RW);
    await write(device, 'kept');
    if (work === 'attach') await host.connector.disconnectVolume(info, device, { force: false });
    if (work === 'grow') await cluster.said('rbd', 'resize', '--no-progress', '--size', `${sizeMiB}M`, image);
    return { work, info, directory: host.directory };
  };

  test(`whoever is killed in the middle of ${work} leaves nothing that is in the way`, async () => {
    await using host = await RbdHost.start();
    const whole = await begunOn(host);
    const points = await performed({ ...whole, doom: null });
    expect([...new Set(points.map((point) => point.split(':')[0]))].toSorted()).toEqual(STEPS[work]);
    if (work === 'detach') expect(await host.left()).toEqual(nothingLeft);
    await usable(host, whole.info, sizeMiB);
    const dooms = doomsOf(points).values();
    const goThrough = async () => {
      for (const doom of dooms) {
        await using own = await RbdHost.start();
        const errand = await begunOn(own);
        await killed({ ...errand, doom });
        await usable(own, errand.info, sizeMiB).catch((error: unknown) => {
          throw new Error(`killed ${doom.point}, for the ${doom.nth}. time`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, goThrough));
  });
}

test('what was killed in the middle of attach can be detached by another process', async () => {
  await using host = await RbdHost.start();
  const info = await infoOf(cluster, await images.newImage('16M'), 'cinder');
  const errand = { work: 'attach', info, directory: host.directory } as const;
  for (const point of ['rbd info', 'qemu-storage-daemon', 'losetup'].map((program) => `program ${program}: after`)) {
    await killed({ ...errand, doom: { point, nth: 1, signal: 'SIGKILL' } });
    await host.connector.disconnectVolume(info, null, { force: false });
    expect(await host.left()).toEqual(nothingLeft);
  }
});
