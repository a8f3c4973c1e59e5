import { describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../src/drivers/contract.ts';
import type { Progress } from '../../src/progress.ts';
import { aSnapshot, aVolume } from '../../src/testing/resources.ts';
import { Cluster } from './support/cluster.ts';
import { listed, newBackend, type RbdDriver, rbdDriver, shell } from './support/rbd-backend.ts';

const CALLERS = 32;

describe.each(['v1', 'v2'] as const)('clones of the format %s', (clones) => {
  test('outlive what they were made of, and the last one takes along what was kept for it', async () => {
    await using cluster = await Cluster.start({ clones });
    const { options, remains } = await newBackend(cluster);
    const driver = rbdDriver(options);
    await driver.setup();

    const first = aVolume();
    const second = aVolume({ source_volid: first.id });
    const third = aVolume({ source_volid: second.id, size: 2 });
    await driver.createVolume(first);
    await driver.cloneVolume(second, first);
    await driver.cloneVolume(third, second);
    await driver.deleteVolume(first);
    await driver.deleteVolume(second);
    expect(await driver.findVolume(first)).toBeNull();
    expect(await driver.findVolume(second)).toBeNull();
    expect(await driver.findVolume(third)).toEqual({ sizeBytes: 2n * 1024n ** 3n });
    // Neither is anybody's any more, and no leftover while the third needs them.
    expect(await listed(driver)).toEqual([`volume volume-${third.id}`]);
    await driver.deleteVolume(third);
    expect(await remains()).toEqual([]);

    const source = aVolume();
    const snapshot = aSnapshot(source);
    const made = aVolume({ snapshot_id: snapshot.id });
    await driver.createVolume(source);
    await driver.createSnapshot(snapshot, source);
    const refused = await driver.deleteVolume(source).catch((error: unknown) => error);
    expect(isDriverFailure(refused)).toBe(true);
    await driver.createVolumeFromSnapshot(made, snapshot, source);
    await driver.deleteSnapshot(snapshot, source);
    expect(await driver.findSnapshot(snapshot, source)).toBeNull();
    await driver.deleteVolume(source);
    expect(await driver.findVolume(made)).not.toBeNull();
    await driver.deleteVolume(made);
    expect(await remains()).toEqual([]);
  });

  test('hang on no more than rbd_max_clone_depth others, and who waits is told how far the copy is', async () => {
    await using cluster = await Cluster.start({ clones });
    const { options, remains } = await newBackend(cluster);
    const told: Progress[] = [];
    const driver = rbdDriver({ ...options, rbd_max_clone_depth: 1 }, shell, { onProgress: (one) => told.push(one) });
    await driver.setup();
    const first = aVolume();
    const second = aVolume({ source_volid: first.id });
    const chain = [first, second, aVolume({ source_volid: second.id })] as const;
    await driver.createVolume(chain[0]);
    await driver.cloneVolume(chain[1], chain[0]);
    await driver.cloneVolume(chain[2], chain[1]);
    const parentOf = async ({ id }: { readonly id: string }) =>
      (await cluster.asked<{ parent?: { image: string } }>('rbd', 'info', `${options.rbd_pool}/volume-${id}`)).parent
        ?.image;
    expect(await parentOf(chain[1])).toBe(`volume-${chain[0].id}`);
    expect(await parentOf(chain[2])).toBeUndefined();
    const all = { work: 'copy', subject: `volume-${chain[2].id}`, unit: 'bytes', total: 1024 ** 3 };
    expect(told.at(-1)).toEqual({ ...all, done: all.total });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(told.length).toBeGreaterThan(1);
    for (const volume of chain) await driver.deleteVolume(volume);
    expect(await remains()).toEqual([]);
  });

  test('of a snapshot hang on it, unless rbd_flatten_volume_from_snapshot says otherwise', async () => {
    await using cluster = await Cluster.start({ clones });
    const { options, remains } = await newBackend(cluster);
    const source = aVolume();
    const snapshot = aSnapshot(source);
    const made = [aVolume({ snapshot_id: snapshot.id }), aVolume({ snapshot_id: snapshot.id })] as const;
    const [driver, flattening] = [false, true].map((rbd_flatten_volume_from_snapshot) =>
      rbdDriver({ ...options, rbd_flatten_volume_from_snapshot }),
    ) as [RbdDriver, RbdDriver];
    await driver.createVolume(source);
    await driver.createSnapshot(snapshot, source);
    await driver.createVolumeFromSnapshot(made[0], snapshot, source);
    await flattening.createVolumeFromSnapshot(made[1], snapshot, source);
    const parents = made.map(({ id }) => cluster.asked<object>('rbd', 'info', `${options.rbd_pool}/volume-${id}`));
    expect((await Promise.all(parents)).map((info) => 'parent' in info)).toEqual([true, false]);
    await driver.deleteSnapshot(snapshot, source);
    for (const volume of [source, ...made]) await driver.deleteVolume(volume);
    expect(await remains()).toEqual([]);
  });

  test('that cannot be opened are listed, and taken away', async () => {
    await using cluster = await Cluster.start({ clones });
    const { options, remains } = await newBackend(cluster);
    const driver = rbdDriver(options);
    const volumes = [aVolume(), aVolume(), aVolume()] as const;
    for (const volume of volumes) await driver.createVolume(volume);
    const names = volumes.map(({ id }) => `volume-${id}`).toSorted();
    // Ceph lists what is before the last, and fails when it is the last.
    for (const name of names.slice(1)) {
      await cluster.said('rados', '--pool', options.rbd_pool, 'rm', `rbd_id.${name}`);
      expect(await listed(driver)).toContain(`leftover ${name}`);
    }
    expect(await listed(driver)).toContain(`volume ${names[0]}`);
    for (const name of names) await driver.deleteResource(name);
    expect(await remains()).toEqual([]);
  });

  test(`are made, and their source deleted, by ${CALLERS} callers at once`, async () => {
    await using cluster = await Cluster.start({ clones });
    const { options, remains } = await newBackend(cluster);
    const driver = rbdDriver(options);
    await driver.setup();
    const source = aVolume();
    await driver.createVolume(source);
    const made = Array.from({ length: CALLERS }, () => aVolume({ source_volid: source.id }));
    await Promise.all(made.map((volume) => driver.cloneVolume(volume, source)));
    expect((await listed(driver)).length).toBe(CALLERS + 1);
    await Promise.all([source, ...made].map((volume) => driver.deleteVolume(volume)));
    expect(await remains()).toEqual([]);
  });
});
