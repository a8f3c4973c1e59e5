import { describe, expect, test } from 'vitest';
import { isDriverFailure } from '../../src/drivers/contract.ts';
import type { RunCommand } from '../../src/drivers/run-command.ts';
import { aVolume } from '../../src/testing/resources.ts';
import { Cluster } from './support/cluster.ts';
import { newBackend, rbdDriver, refusalOf, shell } from './support/rbd-backend.ts';

const IMPATIENT = { rados_connect_timeout: 2, rados_connection_retries: 2, rados_connection_interval: 0 };

describe('what is wrong with a cluster', () => {
  test('is said with what would be right', async () => {
    await using cluster = await Cluster.start();
    const { options } = await newBackend(cluster);
    const setUp = (change: Readonly<Record<string, unknown>>) =>
      refusalOf(rbdDriver({ ...options, ...IMPATIENT, ...change }).setup());
    expect(await setUp({ rbd_pool: 'absent' })).toMatch(/the pool is not there.*rbd pool init absent/);
    expect(await setUp({ rbd_user: 'nobody' })).toMatch(/the keyring is not there.*rbd_keyring_conf/);
    expect(await setUp({ rbd_ceph_conf: '/absent/ceph.conf' })).toMatch(/configuration of Ceph is not there/);

    await cluster.newUser('reader', { mon: 'profile rbd', osd: `profile rbd-read-only pool=${options.rbd_pool}` });
    const reader = rbdDriver({ ...options, rbd_user: 'reader' });
    await reader.setup();
    expect(await refusalOf(reader.createVolume(aVolume()))).toMatch(/the user may not do that.*ceph auth caps/);
  });

  test('keeps nothing from being done once it serves again', async () => {
    await using cluster = await Cluster.start({ store: 'bluestore' });
    const { options } = await newBackend(cluster);
    const driver = rbdDriver({ ...options, ...IMPATIENT });
    await driver.setup();
    const [kept, made] = [aVolume(), aVolume()];
    await driver.createVolume(kept);
    await cluster.kill();
    expect(await refusalOf(driver.createVolume(made))).toMatch(/the cluster does not answer/);
    expect(await refusalOf(driver.findVolume(kept))).toMatch(/the cluster does not answer/);
    expect(await refusalOf(rbdDriver({ ...options, ...IMPATIENT }).stats())).toMatch(/the cluster does not answer/);
    await cluster.resume();
    expect(await driver.findVolume(kept)).not.toBeNull();
    expect(await driver.findVolume(made)).toBeNull();
    await driver.createVolume(made);
  });

  test('leaves open what became of a change, while its disks do not answer', async () => {
    await using cluster = await Cluster.start();
    const { options, remains } = await newBackend(cluster);
    await rbdDriver(options).setup();
    const brief: RunCommand = (program, args, how) => shell(program, args, { ...how, timeoutMs: 2_000 });
    const driver = rbdDriver(options, brief);
    const volume = aVolume();
    {
      using _ = cluster.hang('osd.0');
      const error = await driver.createVolume(volume).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(isDriverFailure(error)).toBe(false);
    }
    const again = rbdDriver(options);
    await again.createVolume(volume);
    await again.deleteVolume(volume);
    expect(await remains()).toEqual([]);
  });
});
