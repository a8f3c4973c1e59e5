import { createHash } from 'node:crypto';
import type { Json } from '../../domain/json.ts';
import type { FoundPart, FoundRecord, FoundVolume, RecordSource } from './records.ts';
import { type CinderDatabase, type Row, Tables } from './tables.ts';
import { placeOfHost } from './volume-state.ts';

const PAGE = 500;
/** No text is smaller. */
const FIRST = '';

/** The metadata of cinderlib in a database, page by page. */
export const cinderDatabaseSource = (database: CinderDatabase): RecordSource => {
  const tables = new Tables(database);
  let hash: string | null = null;
  return {
    name: database.name,
    async *records() {
      const digest = createHash('sha256');
      await tables.assertThere('volumes');
      for await (const record of recordsOf(tables)) {
        digest.update(`${JSON.stringify(record)}\n`);
        yield record;
      }
      hash ??= digest.digest('hex');
    },
    hash() {
      if (hash === null) throw new TypeError('the database was not read to its end');
      return hash;
    },
  };
};

async function* recordsOf(tables: Tables): AsyncGenerator<FoundRecord> {
  yield* backendsOf(tables);
  for await (const page of pages(tables, 'volumes', 'id')) yield* volumesOf(tables, page);
  yield* orphansOf(tables);
  for await (const page of pages(tables, 'cinderlib_persistence_key_value', 'key')) {
    for (const data of page) {
      yield { kind: 'key_value', id: String(data.key), place: `cinderlib_persistence_key_value/${data.key}`, data };
    }
  }
}

async function* pages(tables: Tables, table: string, key: string): AsyncGenerator<readonly Row[]> {
  const column = tables.quoted(key);
  for (let after = FIRST; ; ) {
    const page = await tables.read(table, `${column} > ? ORDER BY ${column} LIMIT ${PAGE}`, [after]);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = String(page.at(-1)?.[key]);
  }
}

/** A database tells of backends only what its volumes call them. */
async function* backendsOf(tables: Tables): AsyncGenerator<FoundRecord> {
  const names = new Set<string>();
  for await (const page of pages(tables, 'volumes', 'id')) {
    for (const { host, deleted } of page) {
      const { backend } = placeOfHost(host);
      if (backend === null || deleted === 1 || deleted === true || names.has(backend)) continue;
      names.add(backend);
      yield {
        kind: 'backend',
        id: backend,
        place: `volumes, host @${backend}`,
        config: { volume_backend_name: backend },
      };
    }
  }
}

const idsOf = (rows: readonly Row[], column: string): readonly string[] => [
  ...new Set(rows.map((row) => row[column]).filter((id) => typeof id === 'string')),
];

const grouped = (rows: readonly Row[], column: string): ReadonlyMap<Json, readonly Row[]> =>
  Map.groupBy(rows, (row) => row[column] as Json);

const isLiving = ({ deleted }: Row): boolean => deleted !== 1 && deleted !== true;

/** Rows of `key` and `value` that belong to one resource. */
const pairsOf = (rows: readonly Row[] = []): Readonly<Record<string, Json>> =>
  Object.fromEntries(rows.filter(isLiving).map(({ key, value }) => [String(key), value ?? null]));

const METADATA = {
  metadata: 'volume_metadata',
  admin_metadata: 'volume_admin_metadata',
  glance_metadata: 'volume_glance_metadata',
} as const;

async function* volumesOf(tables: Tables, page: readonly Row[]): AsyncGenerator<FoundVolume> {
  const ids = idsOf(page, 'id');
  const [snapshots, attachments, types] = [
    grouped(await snapshotsOf(tables, ids), 'volume_id'),
    grouped(await tables.of('volume_attachment', 'volume_id', ids), 'volume_id'),
    await typesOf(tables, idsOf(page, 'volume_type_id')),
  ];
  const metadata: [string, ReadonlyMap<Json, readonly Row[]>][] = [];
  for (const [field, table] of Object.entries(METADATA)) {
    metadata.push([field, grouped(await tables.of(table, 'volume_id', ids), 'volume_id')]);
  }
  for (const volume of page) {
    const id = volume.id as string;
    const ofVolume = metadata
      .map(([field, rows]) => [field, pairsOf(rows.get(id))] as const)
      .filter(([, pairs]) => Object.keys(pairs).length > 0);
    const type = types.get(volume.volume_type_id as Json);
    yield {
      kind: 'volume',
      id,
      place: `volumes/${id}`,
      backend: null,
      data: { ...volume, ...Object.fromEntries(ofVolume), ...(type === undefined ? {} : { volume_type: type }) },
      snapshots: partsOf('snapshots', snapshots.get(id)),
      connections: partsOf('volume_attachment', attachments.get(id)),
    };
  }
}

const partsOf = (table: string, rows: readonly Row[] = []): readonly FoundPart[] =>
  rows.map((data) => ({ id: String(data.id), place: `${table}/${data.id}`, data }));

const snapshotsOf = async (tables: Tables, volumes: readonly string[]): Promise<readonly Row[]> => {
  const snapshots = await tables.of('snapshots', 'volume_id', volumes);
  const metadata = grouped(await tables.of('snapshot_metadata', 'snapshot_id', idsOf(snapshots, 'id')), 'snapshot_id');
  return snapshots.map((snapshot) => ({ ...snapshot, metadata: pairsOf(metadata.get(snapshot.id as Json)) }));
};

const QOS_OWN: readonly string[] = ['consumer', 'QoS_Specs_Name'];

/** The volume types, with what they say of their volumes. */
const typesOf = async (tables: Tables, ids: readonly string[]): Promise<ReadonlyMap<Json, Row>> => {
  const types = await tables.of('volume_types', 'id', ids);
  const extra = grouped(await tables.of('volume_type_extra_specs', 'volume_type_id', ids), 'volume_type_id');
  const qos = grouped(
    await tables.of('quality_of_service_specs', 'specs_id', idsOf(types, 'qos_specs_id')),
    'specs_id',
  );
  return new Map(
    types.map((type) => {
      const pairs = Object.entries(pairsOf(qos.get(type.qos_specs_id as Json)));
      const specs = Object.fromEntries(pairs.filter(([key]) => !QOS_OWN.includes(key)));
      const own = Object.fromEntries(pairs.filter(([key]) => QOS_OWN.includes(key)));
      const qos_specs = pairs.length === 0 ? {} : { qos_specs: { ...own, specs } };
      return [type.id as Json, { ...type, extra_specs: pairsOf(extra.get(type.id as Json)), ...qos_specs }];
    }),
  );
};

/** What belongs to a volume that is not there: a database need not have kept its foreign keys. */
async function* orphansOf(tables: Tables): AsyncGenerator<FoundRecord> {
  for (const [what, table] of [
    ['snapshot', 'snapshots'],
    ['connection', 'volume_attachment'],
  ] as const) {
    const [volume, volumes, id] = ['volume_id', 'volumes', 'id'].map((name) => tables.quoted(name));
    const orphans = await tables.read(table, `${volume} NOT IN (SELECT ${id} FROM ${volumes})`);
    for (const orphan of orphans.filter(isLiving)) {
      yield {
        kind: 'unusable',
        what,
        id: String(orphan.id),
        place: `${table}/${orphan.id}`,
        problem: `its volume ${orphan.volume_id} is not in the database`,
        remedy: 'delete its row there, or leave it out',
      };
    }
  }
}
