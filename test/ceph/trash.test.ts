import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../src/drivers/contract.ts';
import { aVolume } from '../../src/testing/resources.ts';
import { Cluster } from './support/cluster.ts';
import { listed, newBackend, rbdDriver } from './support/rbd-backend.ts';

const HOUR = 3600;

describe.each(['v1', 'v2'] as const)('deferred deletion, with clones of the format %s', (clones) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ clones });
  });
  afterAll(() => cluster.remove());

  const opened = async (delay: number) => {
    const { options, remains } = await newBackend(cluster);
    const deferred = { ...options, enable_deferred_deletion: true, deferred_deletion_delay: delay };
    const driver = rbdDriver(deferred);
    await driver.setup();
    return { driver, again: () => rbdDriver(deferred), at: `${options.rbd_pool}/`, remains };
  };

  test('keeps what was deleted in the trash for its time', async () => {
    const { driver, again, at } = await opened(HOUR);
    const volume = aVolume();
    await driver.createVolume(volume);
    await driver.deleteVolume(volume);
    await driver.deleteVolume(volume);
    expect(await driver.findVolume(volume)).toBeNull();
    expect(await listed(driver)).toEqual([]);
    // Another process empties the trash too, of what was there long enough.
    await again().deleteVolume(aVolume());
    const [kept] = await cluster.asked<readonly { id: string; name: string }[]>('rbd', 'trash', 'ls', at.slice(0, -1));
    expect(kept?.name).toBe(`volume-${volume.id}`);
    const early = await driver.deleteResource(`trash/${kept?.id}`).catch((error: unknown) => error);
    expect(isDriverFailure(early)).toBe(true);
    expect(String(early)).toMatch(/its time in the trash is not over/);
    await cluster.said('rbd', 'trash', 'restore', at + kept?.id);
    expect(await driver.findVolume(volume)).not.toBeNull();
  });

  test('shows the sweep what was there long enough, and removes it with the next deletion', async () => {
    const { driver, again, remains } = await opened(0);
    const [swept, emptied] = [aVolume(), aVolume()];
    for (const volume of [swept, emptied]) await driver.createVolume(volume);
    await driver.deleteVolume(swept);
    // This process emptied the trash when it deleted the first.
    await driver.deleteVolume(emptied);
    const [left = ''] = await listed(driver);
    expect(left).toMatch(/^leftover trash\//);
    await driver.deleteResource(left.slice('leftover '.length));
    expect(await listed(driver)).toEqual([]);
    await again().deleteVolume(emptied);
    expect(await remains()).toEqual([]);
  });

  test('takes along what clones in the trash hung on', async () => {
    const { driver, again, remains } = await opened(0);
    const source = aVolume();
    const clone = aVolume({ source_volid: source.id });
    await driver.createVolume(source);
    await driver.cloneVolume(clone, source);
    await driver.deleteVolume(source);
    await driver.deleteVolume(clone);
    for (const volume of [source, clone]) expect(await driver.findVolume(volume)).toBeNull();
    // What the clone needs is no leftover while it is in the trash.
    for (const resource of await listed(driver)) expect(resource).toMatch(/^leftover trash\//);
    await again().deleteVolume(clone);
    expect(await remains()).toEqual([]);
  });
});
