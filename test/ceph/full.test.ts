import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../src/drivers/contract.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { aSnapshot, aVolume } from '../../src/testing/resources.ts';
import { Cluster } from './support/cluster.ts';
import { newBackend, rbdDriver, refusalOf, shell } from './support/rbd-backend.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ manager: true });
});
afterAll(() => cluster.remove());

const healthSays = (what: RegExp) =>
  expect.poll(() => cluster.said('ceph', 'health', 'detail'), { timeout: 60_000, interval: 300 }).toMatch(what);

describe('a pool that is full', () => {
  test('takes nothing, says so, keeps what cannot be deleted, and goes on when it has room', async () => {
    const { options, remains } = await newBackend(cluster);
    const pool = options.rbd_pool;
    const driver = rbdDriver(options);
    await driver.setup();
    await driver.stats();
    const standing = aVolume();
    await driver.createVolume(standing);
    await cluster.said('ceph', 'osd', 'pool', 'set-quota', pool, 'max_bytes', '1000000');
    const write = ['bench', '--io-type', 'write', '--io-size', '1M', '--io-total', '4M'];
    await cluster.said('rbd', ...write, `${pool}/volume-${standing.id}`);
    await healthSays(/quota/);

    const full = rbdDriver(options);
    const [created, cloned] = [aVolume(), aVolume({ source_volid: standing.id })];
    expect(await refusalOf(full.createVolume(created))).toMatch(/the pool .* is full; .*ceph osd pool get-quota/);
    expect(await refusalOf(full.cloneVolume(cloned, standing))).toMatch(/is full/);
    expect(await refusalOf(full.extendVolume(standing, 2, []))).toMatch(/is full/);
    expect(await refusalOf(full.deleteVolume(standing))).toMatch(/quota is used up; raise it/);
    expect(await full.findVolume(standing)).toEqual({ sizeBytes: 1024n ** 3n });
    expect(await remains()).toEqual([`volume-${standing.id}`]);

    // Ceph waits with a snapshot until there is room.
    const brief: RunCommand = (program, args, how) => shell(program, args, { ...how, timeoutMs: 2_000 });
    const snapshot = aSnapshot(standing);
    const open = await rbdDriver(options, brief)
      .createSnapshot(snapshot, standing)
      .catch((error: unknown) => error);
    expect(isDriverFailure(open)).toBe(false);
    expect(String(open)).toMatch(/the cluster says: .*full/);

    await cluster.said('ceph', 'osd', 'pool', 'set-quota', pool, 'max_bytes', '0');
    await healthSays(/^(?![\s\S]*quota)/);
    const again = rbdDriver(options);
    await again.createSnapshot(snapshot, standing);
    await again.deleteSnapshot(snapshot, standing);
    await again.deleteVolume(standing);
    expect(await remains()).toEqual([]);
  });

  test('promises no more than max_over_subscription_ratio allows, to however many at once', async () => {
    const { options } = await newBackend(cluster);
    const driver = rbdDriver({ ...options, max_over_subscription_ratio: '1' });
    await driver.setup();
    const { total_capacity_bytes = 0 } = (await driver.stats()).pools[0] ?? {};
    const fitting = Math.floor(total_capacity_bytes / 1024 ** 3);
    const volumes = Array.from({ length: fitting + 3 }, () => aVolume());
    const outcomes = await Promise.allSettled(volumes.map((volume) => driver.createVolume(volume)));
    const made = volumes.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(made.length).toBe(fitting);

    const [first, second] = made;
    if (first === undefined || second === undefined) throw new Error('nothing was made');
    const more = aVolume();
    // What is there already needs no more room.
    await driver.createVolume(first);
    expect(await refusalOf(driver.createVolume(more))).toMatch(/has no room for 1.0 GiB more: .* are taken/);
    expect(await refusalOf(driver.extendVolume(first, 2, []))).toMatch(/has no room/);
    await driver.deleteVolume(second);
    await driver.createVolume(more);
  });

  test('is asked each time what it promises, where others use it too', async () => {
    const { options } = await newBackend(cluster);
    const ratio = { ...options, max_over_subscription_ratio: '1' };
    const [alone, shared] = [rbdDriver(ratio), rbdDriver({ ...ratio, rbd_exclusive_cinder_pool: false })];
    await shared.stats();
    for (const driver of [alone, shared]) await driver.createVolume(aVolume());
    await cluster.said('rbd', 'create', '--size', '64G', `${options.rbd_pool}/of-others`);
    await alone.createVolume(aVolume());
    expect(await refusalOf(shared.createVolume(aVolume()))).toMatch(/has no room/);
  });
});
