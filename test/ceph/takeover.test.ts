import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectionInfo, Volume } from '../../src/drivers/contract.ts';
import { aConnection, aSnapshot, aVolume } from '../../src/testing/resources.ts';
import { type Judge, openJudge } from '../judge/judge.ts';
import { unpackedPackages } from '../vm/packages.ts';
import { Cluster } from './support/cluster.ts';
import { imageBytes } from './support/image-bytes.ts';
import { listed, newBackend, type RbdDriver, rbdDriver } from './support/rbd-backend.ts';

const GIB = 1024n ** 3n;
const connector = { host: 'here' };

describe.each(['v1', 'v2'] as const)("Cinder's own RBD driver and ours, with clones of the format %s", (clones) => {
  let cluster: Cluster;
  let backend: Awaited<ReturnType<typeof newBackend>>;
  let state: string;
  let judge: Judge;
  let ours: RbdDriver;

  beforeAll(async () => {
    cluster = await Cluster.start({ clones, manager: true });
    backend = await newBackend(cluster);
    state = await mkdtemp(join(tmpdir(), 'scoria-judge-'));
    const cinder = join(await unpackedPackages('cinder'), 'usr/lib/python3/dist-packages');
    // One that is shorter makes a clone of a clone independent.
    const options = { ...backend.options, rbd_max_clone_depth: 2 };
    const driver = 'cinder.volume.drivers.rbd.RBDDriver';
    judge = await openJudge({ driver, options, state, pythonPath: cinder });
    ours = rbdDriver(options);
    await ours.setup();
  });

  afterAll(async () => {
    await judge?.[Symbol.asyncDispose]();
    await cluster?.remove();
    await rm(state, { recursive: true });
  });

  const connectionTo = (volume: Volume): Promise<ConnectionInfo> =>
    ours.initializeConnection(volume, { ...aConnection(volume, connector, null), connector });

  const write = async (volume: Volume, text: string): Promise<void> => {
    const bytes = await imageBytes(backend.user)(await connectionTo(volume));
    await bytes.write(4096, Buffer.from(text.padEnd(512)));
    await bytes.detach();
  };

  const read = async (volume: Volume): Promise<string> => {
    const bytes = await imageBytes(backend.user)(await connectionTo(volume));
    const text = Buffer.from(await bytes.read(4096, 512)).toString();
    await bytes.detach();
    return text.trim();
  };

  test('tell hosts the same of a volume', async () => {
    const volume = aVolume();
    await judge.ask('create_volume', { volume });
    const theirs = await judge.ask<ConnectionInfo>('initialize_connection', { volume, connector });
    const { driver_volume_type, data } = await connectionTo(volume);
    const { connection_id: _, ceph_conf, ...inCindersShape } = data;
    expect({ driver_volume_type, data: inCindersShape }).toEqual(theirs);
    expect(ceph_conf).toBe(cluster.conf);
    await ours.deleteVolume(volume);
    expect(await backend.remains()).toEqual([]);
  });

  test('extend, revert and delete what the other made', async () => {
    for (const [create, goOn] of [
      ['Cinder', 'ours'],
      ['ours', 'Cinder'],
    ]) {
      const volume = aVolume();
      const snapshot = aSnapshot(volume);
      await (create === 'ours' ? ours.createVolume(volume) : judge.ask('create_volume', { volume }));
      await write(volume, 'before');
      await (create === 'ours' ? ours.createSnapshot(snapshot, volume) : judge.ask('create_snapshot', { snapshot }));
      await write(volume, 'after');
      if (goOn === 'ours') {
        await ours.revertToSnapshot(volume, snapshot);
        expect(await read(volume)).toBe('before');
        await ours.extendVolume(volume, 2, []);
        expect(await ours.findVolume(volume)).toEqual({ sizeBytes: 2n * GIB });
        await ours.deleteSnapshot(snapshot, volume);
        await ours.deleteVolume(volume);
      } else {
        await judge.ask('revert_to_snapshot', { volume, snapshot });
        expect(await read(volume)).toBe('before');
        await judge.ask('extend_volume', { volume, size: 2 });
        expect(await ours.findVolume(volume)).toEqual({ sizeBytes: 2n * GIB });
        await judge.ask('delete_snapshot', { snapshot });
        await judge.ask('delete_volume', { volume });
      }
      expect(await backend.remains(), `made by ${create}`).toEqual([]);
    }
  });

  test('make volumes of the snapshots and volumes of the other, and take away what was kept for these', async () => {
    const [source, second] = [aVolume(), aVolume()];
    await judge.ask('create_volume', { volume: source });
    await write(source, 'of Cinder');
    const [theirs, own] = [aSnapshot(source), aSnapshot(second)];
    await judge.ask('create_snapshot', { snapshot: theirs });
    const fromTheirs = aVolume({ snapshot_id: theirs.id });
    await ours.createVolumeFromSnapshot(fromTheirs, theirs, source);
    const cloneOfTheirs = aVolume({ source_volid: source.id });
    await ours.cloneVolume(cloneOfTheirs, source);

    await ours.createVolume(second);
    await write(second, 'of ours');
    await ours.createSnapshot(own, second);
    const fromOurs = aVolume({ snapshot_id: own.id });
    await judge.ask('create_volume_from_snapshot', { volume: fromOurs, snapshot: own });
    const cloneOfOurs = aVolume({ source_volid: second.id });
    await judge.ask('create_cloned_volume', { volume: cloneOfOurs, source: second });
    for (const volume of [fromTheirs, cloneOfTheirs]) expect(await read(volume)).toBe('of Cinder');
    for (const volume of [fromOurs, cloneOfOurs]) expect(await read(volume)).toBe('of ours');

    // What volumes hang on, each by whom it is not.
    await ours.deleteSnapshot(theirs, source);
    await ours.deleteVolume(source);
    await ours.deleteSnapshot(own, second);
    await judge.ask('delete_volume', { volume: second });
    for (const volume of [fromTheirs, cloneOfTheirs]) expect(await read(volume)).toBe('of Cinder');
    for (const volume of [fromOurs, cloneOfOurs]) expect(await read(volume)).toBe('of ours');

    await judge.ask('delete_volume', { volume: fromTheirs });
    await ours.deleteVolume(fromOurs);
    await ours.deleteVolume(cloneOfOurs);
    await judge.ask('delete_volume', { volume: cloneOfTheirs });
    // Cinder deletes no snapshot that has clones, and does not know that ours did.
    const left = await listed(ours);
    expect(left.length).toBeGreaterThan(0);
    for (const line of left) {
      const [kind, reference = ''] = line.split(' ');
      expect(kind).toBe('leftover');
      await ours.deleteResource(reference);
    }
    expect(await backend.remains()).toEqual([]);
  });
});
