import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createEngine, silentLogger } from '../../src/index.ts';
import { aConnection, aVolume } from '../../src/testing/resources.ts';
import { Cluster } from './support/cluster.ts';
import { newBackend, rbdDriver, refusalOf } from './support/rbd-backend.ts';

/** A host that has an image open, until it dies. */
const openOn = async (cluster: Cluster, image: string): Promise<() => Promise<void>> => {
  const host = spawn('rbd', ['--conf', cluster.conf, 'watch', image], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(host.stdout, 'data');
  return async () => {
    const ended = once(host, 'exit');
    host.kill('SIGKILL');
    await ended;
  };
};

describe.concurrent('a host that died with a volume open', () => {
  test('is waited for, or fenced; one that lives keeps its volume', { timeout: 120_000 }, async () => {
    await using cluster = await Cluster.start();
    const { options } = await newBackend(cluster);
    const driver = rbdDriver(options);
    await driver.setup();
    const [waited, fenced, used] = [aVolume(), aVolume(), aVolume()];
    const imageOf = ({ id }: { readonly id: string }) => `${options.rbd_pool}/volume-${id}`;
    const watchersOf = async (volume: { readonly id: string }) =>
      (await cluster.asked<{ watchers: readonly object[] }>('rbd', 'status', imageOf(volume))).watchers;
    for (const volume of [waited, fenced, used]) await driver.createVolume(volume);
    const [first, second, third] = await Promise.all(
      [waited, fenced, used].map((one) => openOn(cluster, imageOf(one))),
    );
    await Promise.all([first?.(), second?.()]);

    await Promise.all([
      driver.deleteVolume(waited),
      refusalOf(driver.deleteVolume(used)).then((refusal) => expect(refusal).toMatch(/it is in use; .*rbd status/)),
      (async () => {
        const connector = { host: 'dead', ip: '127.0.0.1' };
        const of = (ip: string) => aConnection(fenced, { ...connector, ip }, null);
        for (const [connection, others] of [
          [of('127.0.0.2'), []],
          [of('127.0.0.1'), [of('127.0.0.1')]],
        ] as const) {
          await driver.terminateConnection(fenced, connection, { force: true, others });
          expect(await watchersOf(fenced)).toHaveLength(1);
        }
        await driver.terminateConnection(fenced, of('127.0.0.1'), { force: true, others: [] });
        expect(await watchersOf(fenced)).toEqual([]);
        await driver.deleteVolume(fenced);
      })(),
    ]);
    for (const volume of [waited, fenced]) expect(await driver.findVolume(volume)).toBeNull();
    expect(await driver.findVolume(used)).not.toBeNull();
    await third?.();
  });
});

describe.concurrent('a monitor that is lost', () => {
  test('is not missed, and hosts are told of the others too', async () => {
    await using cluster = await Cluster.start({ monitors: 3 });
    const { options } = await newBackend(cluster);
    const driver = rbdDriver(options);
    await driver.setup();
    await cluster.kill('mon.a');
    const volume = aVolume();
    await driver.createVolume(volume);
    const connection = { id: volume.id, connector: { host: 'here' }, attach_mode: 'rw' } as const;
    const { data } = await driver.initializeConnection(volume, connection);
    expect(data.hosts).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(new Set(data.ports as readonly string[]).size).toBe(3);

    await cluster.said('ceph', 'mon', 'remove', 'a');
    const later = rbdDriver(options);
    expect((await later.initializeConnection(volume, connection)).data.hosts).toHaveLength(2);
    await later.deleteVolume(volume);
  });
});

const MOMENTS_MS = [100, 400];

describe.concurrent('a cluster that is killed while all is changed', () => {
  test('has what the record says, once it runs again and what was open has been recovered', async () => {
    await using cluster = await Cluster.start({ store: 'bluestore', manager: true });
    const { options, remains } = await newBackend(cluster);
    const directory = await mkdtemp(join(tmpdir(), 'scoria-lost-'));
    const patience = { rados_connect_timeout: 5, rados_connection_retries: 1 };
    {
      await using engine = await createEngine({ log: join(directory, 'scoria.db'), logger: silentLogger });
      const backend = await engine.addBackend({ name: 'ceph', driver: 'rbd', options: { ...options, ...patience } });
      for (const momentMs of MOMENTS_MS) {
        const [extended, source, deleted, reverted] = [
          await backend.createVolume({ size: 1 }),
          await backend.createVolume({ size: 1 }),
          await backend.createVolume({ size: 1 }),
          await backend.createVolume({ size: 1 }),
        ];
        const [standing, going] = [await source.createSnapshot(), await reverted.createSnapshot()];
        const changes = [
          backend.createVolume({ size: 1 }),
          extended.extend(2),
          source.clone(),
          standing.createVolume(),
          source.createSnapshot(),
          deleted.delete(),
          reverted.revert(going),
        ];
        const ended = Promise.allSettled(changes);
        await passed(momentMs);
        await cluster.kill();
        await cluster.resume();
        await ended;

        await engine.recover();
        expect(await engine.openOperations()).toEqual([]);
        const records = (await engine.volumes()).flatMap((volume) => [volume, ...volume.snapshots]);
        const broken = records.filter(({ status }) => status.startsWith('error')).map(({ id }) => id);
        const { differences } = await backend.reconcile();
        const unexplained = differences.filter((one) => !broken.some((id) => JSON.stringify(one).includes(id)));
        expect(unexplained).toEqual([]);
        for (const { snapshots } of await engine.volumes()) for (const snapshot of snapshots) await snapshot.delete();
        for (const volume of await engine.volumes()) await volume.delete();
        expect(await remains(), `after ${momentMs} ms`).toEqual([]);
      }
    }
    await rm(directory, { recursive: true });
  });
});
