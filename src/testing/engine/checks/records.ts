import { secretFieldsOf, withSecrets } from '../../../drivers/secret-fields.ts';
import { holds, same } from '../../asserting.ts';
import { GIB_BYTES } from '../../driver/sizes.ts';
import type { DriverSubject } from '../../driver/subject.ts';
import { checkId } from '../../ids.ts';
import { asDriverGets } from '../../resources.ts';
import type { EngineCheck } from '../checks.ts';

interface CinderPool {
  readonly total_capacity_gb: number;
  readonly free_capacity_gb: number;
  readonly provisioned_capacity_gb: number;
}

const poolsIn = (stats: Record<string, unknown>): readonly CinderPool[] => stats.pools as readonly CinderPool[];
const provisionedIn = (stats: Record<string, unknown>): number =>
  poolsIn(stats).reduce((sum, pool) => sum + pool.provisioned_capacity_gb, 0);

const credentialsIn = async (
  info: unknown,
  { definition, known }: Pick<DriverSubject, 'definition' | 'known'>,
): Promise<readonly string[]> => {
  const found: string[] = [];
  await withSecrets(info, secretFieldsOf(definition), (credential) => {
    known.learn(credential);
    found.push(JSON.stringify(credential));
    return credential;
  });
  return found;
};

/** What is recorded and listed. */
export const recordChecks: readonly EngineCheck[] = [
  {
    name: 'has stats: vendor, name, free and total capacity of each pool',
    cinderlib: ['test_stats'],
    needs: [],
    run: async ({ backend, subject }) => {
      const stats = await backend.stats({ refresh: true });
      same(stats.volume_backend_name, subject.backendName, "volume_backend_name must be the backend's name");
      holds(typeof stats.vendor_name === 'string' && stats.vendor_name !== '', 'stats() must name the vendor');
      holds(poolsIn(stats).length > 0, 'stats() must have a pool');
      for (const pool of poolsIn(stats)) {
        holds(pool.total_capacity_gb > 0, 'total_capacity_bytes of a pool must be above 0');
        holds(pool.free_capacity_gb <= pool.total_capacity_gb, 'a pool must not have more free than in total');
      }
    },
  },
  {
    name: 'keeps stats until they are refreshed, and then shows a volume that was created',
    cinderlib: ['test_stats_with_creation'],
    needs: [],
    run: async (trial) => {
      const before = await trial.backend.stats({ refresh: true });
      await trial.created(trial.size + 1);
      same(await trial.backend.stats(), before, 'stats without refresh must be those that were recorded');
      const grown = provisionedIn(await trial.backend.stats({ refresh: true })) - provisionedIn(before);
      const grownBytes = BigInt(Math.round(grown * Number(GIB_BYTES)));
      trial.sameSize(grownBytes, trial.size + 1, 'refreshed stats must count the GiB of a volume that was created');
    },
  },
  {
    name: 'creates and deletes a volume; gone is gone, and deleting it again succeeds',
    cinderlib: ['test_create_delete_volume'],
    needs: [],
    run: async (trial) => {
      const volume = await trial.created();
      const ids = async () => (await trial.backend.volumes()).map(({ id }) => id);
      holds((await ids()).includes(volume.id), 'a volume that was created must be listed');
      same(volume.status, 'available', 'a volume that was created must be available');
      trial.next();
      await volume.delete();
      holds(!(await ids()).includes(volume.id), 'a volume that was deleted must not be listed');
      trial.next();
      await volume.delete();
      same(
        await trial.subject.driver.findVolume(asDriverGets(volume.record)),
        null,
        'the driver must not find what is deleted',
      );
    },
  },
  {
    name: 'takes and deletes a snapshot; gone is gone, and deleting it again succeeds',
    cinderlib: ['test_create_snapshot', 'test_create_delete_snapshot'],
    needs: ['snapshots'],
    run: async (trial) => {
      const volume = await trial.created();
      const snapshot = await trial.snapshot(volume, 'scoria-check-monday');
      same(
        { status: snapshot.status, size: snapshot.volume_size, name: snapshot.name },
        { status: 'available', size: trial.size, name: 'scoria-check-monday' },
        'a snapshot must be available, of the size of its volume and under its name',
      );
      await volume.refresh();
      same(
        volume.snapshots.map(({ id }) => id),
        [snapshot.id],
        'a snapshot must be listed with its volume',
      );
      trial.next();
      await snapshot.delete();
      trial.next();
      await snapshot.delete();
      await volume.refresh();
      same(volume.snapshots.length, 0, 'a snapshot that was deleted must not be listed');
    },
  },
  {
    name: 'makes several volumes at once, and deletes them at once',
    needs: [],
    run: async (trial) => {
      const volumes = await Promise.all([0, 1, 0, 1].map((more) => trial.created(trial.size + more)));
      for (const volume of volumes) {
        const found = await trial.subject.driver.findVolume(asDriverGets(volume.record));
        trial.sameSize(found?.sizeBytes, volume.size, 'each of several volumes must have its own size');
      }
      trial.next();
      await Promise.all(volumes.map((volume) => volume.delete()));
      same((await trial.backend.volumes()).filter(({ id }) => volumes.some((one) => one.id === id)).length, 0);
    },
  },
  {
    name: 'keeps the credentials of a connection out of the record, and gives them to whoever connects',
    needs: [],
    run: async (trial) => {
      const volume = await trial.created();
      trial.next();
      const connection = await volume.connect(trial.subject.connector, { id: checkId() });
      const credentials = await credentialsIn(connection.conn_info, trial.subject);
      const read = await trial.engine.connection(connection.id);
      const events = (await trial.engine.view()).events({ stream: `volume-${volume.id}` });
      const recorded = [JSON.stringify([read.conn_info, read, await volume.refresh()])];
      for await (const { data } of events) recorded.push(JSON.stringify(data));
      for (const credential of credentials) {
        const isThere = recorded.some((text) => text.includes(credential));
        holds(!isThere, "the record must not hold a credential in the clear: name its place in the driver's `secrets`");
      }
      const shown = await read.showSecrets({ reason: 'a check of the driver' });
      same(shown.connection_info, connection.conn_info, 'what was sealed must be what the driver answered');
      trial.next();
      await read.disconnect();
    },
  },
  {
    name: 'leaves for every effect what was asked and how it ended, in this order',
    needs: ['extend'],
    run: async (trial) => {
      const volume = await trial.created();
      trial.next();
      await volume.extend(trial.size + 1);
      trial.next();
      await volume.delete();
      const types: string[] = [];
      for await (const { type } of (await trial.engine.view()).history(volume.id)) types.push(type);
      same(
        types.filter((type) => type !== 'DriverModelUpdated'),
        [
          ...['VolumeCreationRequested', 'VolumeCreated', 'VolumeExtensionRequested', 'VolumeExtended'],
          ...['VolumeDeletionRequested', 'VolumeDeleted'],
        ],
        'the record must hold each intent before its outcome',
      );
    },
  },
];
