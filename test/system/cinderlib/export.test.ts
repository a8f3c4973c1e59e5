import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine, silentLogger } from '../../../src/index.ts';
import type { VolumeDocument } from '../../../src/projections/documents.ts';
import { python } from '../../cinderlib/python.ts';
import { scratch } from '../../eventlog/scratch.ts';

const { directory } = scratch();
const DUMP = join(directory, 'export.json');
const DATABASE = join(directory, 'cinderlib.sqlite');
const WRITTEN_BY_CINDERLIB = join(import.meta.dirname, '../../fixtures/cinderlib-5.0/memory.json');
const BACKENDS = ['lvm_iscsi', 'ceph', 'chap'];
const REASON = { reason: 'back to cinderlib' };

// biome-ignore lint/suspicious/noExplicitAny: what another program knows is asserted on, not typed
type Foreign = any;

interface Known {
  readonly volumes: readonly Foreign[];
  /** What cinderlib dumps of it. */
  readonly dump: unknown;
}

const openEngine = async (): Promise<Engine> => {
  const engine = await createEngine({ log: ':memory:', logger: silentLogger });
  for (const name of BACKENDS) {
    await engine.addBackend({ name, driver: 'memory', options: { use_chap_auth: name === 'chap' } });
  }
  return engine;
};

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

const HAS_CINDERLIB = process.env.SCORIA_CINDERLIB !== undefined;

/** cinderlib adds how the device is attached to the connection info that it loads. */
const withAccessMode = (info: Foreign, access_mode: string): Foreign =>
  info === null ? {} : { ...info, data: { ...info.data, access_mode } };

const micros = (at: string): string => at.replace(/(\.\d+)?Z$/, (_, fraction = '.') => fraction.padEnd(7, '0'));

/** A volume as the judges tell it. */
const expected = (volume: VolumeDocument, keepsQos: boolean): Foreign => ({
  id: volume.id,
  name: volume.name,
  size: volume.size,
  status: volume.status,
  host: `${volume.host?.split('@')[0] ?? 'scoria'}@${volume.backend_name}#${volume.pool_name ?? volume.backend_name}`,
  backend: volume.backend_name,
  metadata: volume.metadata,
  extra_specs: volume.extra_specs,
  qos_specs: keepsQos ? volume.qos_specs : {},
  provider_location: volume.provider_location,
  provider_auth: volume.provider_auth,
  created_at: micros(volume.created_at),
  snapshots: volume.snapshots.toSorted(byId).map(({ id, name, volume_size, status, provider_location }) => ({
    id,
    name,
    size: volume_size,
    status,
    provider_location,
    backend: volume.backend_name,
  })),
  connections: volume.connections.toSorted(byId).map((connection) => ({
    id: connection.id,
    conn_info: withAccessMode(connection.connection_info, connection.attach_mode),
    connector: connection.connector,
    device: connection.device,
    attached: connection.device !== null,
    attach_mode: connection.attach_mode,
    attached_host: connection.attached_host,
  })),
});

let volumes: VolumeDocument[] = [];

beforeAll(async () => {
  await using engine = await openEngine();
  await engine.importCinderlib({ text: readFileSync(WRITTEN_BY_CINDERLIB, 'utf8') });
  const chap = await engine.backend('chap');
  const made = await chap.createVolume({ size: 3, name: 'ours', qos_specs: { iops: '5' }, metadata: { a: 'b' } });
  await made.createSnapshot({ name: 'first' });
  await made.createSnapshot({ name: 'second' });
  await made.connect({ host: 'node7', initiator: 'iqn.2026-11.org.example:node7' }, { attach_mode: 'ro' });
  await chap.createVolume({ size: 1, name: 'bare' });
  writeFileSync(DUMP, (await Array.fromAsync(engine.exportCinderlib({ showSecrets: true }, REASON))).join(''));
  for (const volume of await engine.volumes()) volumes.push(await volume.showSecrets(REASON));
  volumes = volumes.toSorted(byId);
});

test('Cinder’s own objects hold what an export says', async () => {
  const known = await python<Known>('objects.py', [DUMP], { directory });
  expect(known.volumes).toEqual(volumes.map((volume) => expected(volume, true)));
  expect(volumes).toHaveLength(8);
  expect(volumes.some(({ provider_auth }) => typeof provider_auth === 'string')).toBe(true);
});

describe.runIf(HAS_CINDERLIB)('the real cinderlib', () => {
  test('loads an export into its memory, and finds the same', async () => {
    const known = await python<Known>('load.py', [DUMP, 'memory', ...BACKENDS], { directory });
    expect(known.volumes).toEqual(volumes.map((volume) => expected(volume, true)));
  });

  test('saves it to its database, reads the same there, and so does an import', async () => {
    const known = await python<Known>('load.py', [DUMP, DATABASE, ...BACKENDS], { directory });
    expect(known.volumes).toEqual(volumes.map((volume) => expected(volume, false)));
    await using engine = await openEngine();
    const { records } = await engine.importCinderlib({ database: DATABASE });
    expect(records.filter(({ outcome }) => outcome === 'imported')).toHaveLength(8);
    const found = (await engine.volumes()).toSorted(byId).map(({ id, size, status, snapshots, connections }) => ({
      ...{ id, size, status },
      parts: [snapshots.length, connections.length],
    }));
    expect(found).toEqual(
      volumes.map(({ id, size, status, snapshots, connections }) => ({
        ...{ id, size, status },
        parts: [snapshots.length, connections.length],
      })),
    );
  });
});
