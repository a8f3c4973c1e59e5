import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CinderlibSource, Engine, ImportReport, ScoriaError } from '../../../src/index.ts';
import { scratch } from '../../eventlog/scratch.ts';
import { eventTypes, openEngine } from '../../support/engine.ts';
import { oneSeed } from '../../support/one-seed.ts';

const files = scratch();
const fixture = (name: string): string => join(import.meta.dirname, '../../fixtures/cinderlib-5.0', name);
const textOf = (name: string): string => readFileSync(fixture(name), 'utf8');
const dump = (name: string): CinderlibSource => ({ text: textOf(name), name });
const DATABASE = { database: fixture('cinderlib.sqlite') };

/** An engine with the backends that the fixtures were made with. */
const engineWithBackends = async (options: Parameters<typeof openEngine>[0] = {}): Promise<Engine> => {
  const engine = await openEngine(options);
  for (const name of ['lvm_iscsi', 'ceph']) await engine.addBackend({ name, driver: 'memory' });
  return engine;
};

const countsOf = ({ records }: ImportReport): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(records, ({ outcome }) => outcome)].map(([outcome, of]) => [outcome, of.length]));

const headOf = async (engine: Engine): Promise<bigint> => (await engine.view()).position;

/** What an import refuses, and that it wrote nothing. */
const refused = async (engine: Engine, source: CinderlibSource): Promise<ScoriaError> => {
  const before = await headOf(engine);
  const error: unknown = await engine.importCinderlib(source).catch((problem: unknown) => problem);
  expect(error).toMatchObject({ name: 'ScoriaError' });
  expect(await headOf(engine)).toBe(before);
  return error as ScoriaError;
};

// biome-ignore lint/suspicious/noExplicitAny: a dump that is changed on purpose
type Changed = any;

const changedDump = (name: string, change: (document: Changed) => void): CinderlibSource => {
  const document = JSON.parse(textOf(name));
  change(document);
  return { text: JSON.stringify(document), name };
};
const dataOf = (object: Changed): Changed => object.ovo['versioned_object.data'];
const partsOf = (object: Changed, field: string): Changed =>
  dataOf(object)[field]['versioned_object.data'].objects.map((part: Changed) => part['versioned_object.data']);

describe('what the real library wrote', () => {
  it.each([
    ['memory.json', 6],
    ['db.json', 6],
    ['with-backend-config.json', 6],
    ['backend.json', 3],
    ['volume.json', 1],
    ['snapshot.json', 1],
    ['connection.json', 1],
  ])('%s is imported, and twice is once', async (name, volumes) => {
    const engine = await engineWithBackends();
    const report = await engine.importCinderlib(dump(name));
    expect(countsOf(report)).toMatchObject({ imported: volumes });
    expect(await engine.volumes()).toHaveLength(volumes);
    const before = await headOf(engine);
    expect(countsOf(await engine.importCinderlib(dump(name)))).not.toHaveProperty('imported');
    expect(await headOf(engine)).toBe(before);
  });

  it('is the same volume, with its snapshots, its connection and its specs', async () => {
    const engine = await engineWithBackends();
    await engine.importCinderlib(dump('backend.json'));
    const view = await engine.view();
    const volume = view.volumes().find(({ name }) => name === 'db-data');
    expect(volume).toMatchObject({
      size: 5,
      status: 'in-use',
      backend_name: 'lvm_iscsi',
      host: 'ctrl1@lvm_iscsi#pool0',
      pool_name: 'pool0',
      project_id: 'acme',
      extra_specs: { thin: 'true' },
      metadata: { team: 'dba' },
      provider_location: `noop:volume-${volume?.id}`,
      created_at: '2026-11-20T19:07:41.383773Z',
    });
    expect(volume?.snapshots.map(({ name }) => name)).toEqual(['nightly', 'weekly']);
    expect(volume?.connections).toMatchObject([
      { status: 'attached', attached_host: 'node7', device: { path: '/dev/sdq' }, connector: { host: 'node7' } },
    ]);
    expect(await eventTypes(engine, volume?.id ?? '')).toEqual(['VolumeImported']);
  });

  it('is what it is by the database too, with its key-values', async () => {
    const engine = await engineWithBackends();
    const { source, ...report } = await engine.importCinderlib(DATABASE);
    expect(countsOf(report as ImportReport)).toEqual({ known: 2, imported: 7 });
    expect(source).toMatch(/^sha256:[0-9a-f]{64} .*cinderlib\.sqlite$/);
    expect(await engine.keyValues.get('node7')).toContain('"host": "node7"');
    const other = await engineWithBackends();
    await other.importCinderlib(dump('db.json'));
    expect((await engine.view()).volumes()).toEqual((await other.view()).volumes());
  });

  it('is only looked at in a dry run', async () => {
    const engine = await engineWithBackends();
    const before = await headOf(engine);
    expect(await engine.importCinderlib(DATABASE, { dryRun: true })).toMatchObject({ events: 0 });
    expect(await headOf(engine)).toBe(before);
  });
});

describe('what cannot be imported', () => {
  it('is told with what would help, and ends the import before its first event', async () => {
    const error = await refused(await openEngine(), dump('memory.json'));
    expect(error.code).toBe('InvalidDump');
    expect(error.message).toContain('8 of 8 records');
    expect(error.remedy).toContain('scoria backend add lvm_iscsi');
    expect(error.details.problems).toHaveLength(8);
  });

  it('is left out on request', async () => {
    const engine = await openEngine();
    await engine.addBackend({ name: 'ceph', driver: 'memory' });
    const report = await engine.importCinderlib(DATABASE, { leaveOut: true });
    expect(countsOf(report)).toEqual({ known: 1, imported: 4, unusable: 4 });
    await engine.addBackend({ name: 'lvm_iscsi', driver: 'memory' });
    expect(countsOf(await engine.importCinderlib(DATABASE))).toEqual({ known: 6, imported: 3 });
  });

  it('finds its backend under another name', async () => {
    const engine = await openEngine();
    await engine.addBackend({ name: 'store', driver: 'memory' });
    const backends = { lvm_iscsi: 'store', ceph: 'store' };
    await engine.importCinderlib(dump('memory.json'), { backends });
    expect((await engine.view()).volumes().every(({ backend_name }) => backend_name === 'store')).toBe(true);
  });

  it('conflicts with another volume of its id, which stays', async () => {
    const engine = await engineWithBackends();
    const [volume] = JSON.parse(textOf('backend.json')).volumes;
    const backend = await engine.backend('ceph');
    await backend.createVolume({ id: dataOf(volume).id, size: 1, name: 'ours' });
    expect((await refused(engine, dump('backend.json'))).code).toBe('AlreadyExists');
    expect((await engine.volume(dataOf(volume).id)).name).toBe('ours');
  });

  it('names no module that would be loaded', async () => {
    const source = changedDump('with-backend-config.json', (backends) => {
      backends[0].backend.volume_driver = './evil.ts';
    });
    expect((await refused(await openEngine(), source)).message).toContain('"./evil.ts"');
  });
});

describe('odd states', () => {
  it('become what can be worked with, and are told', async () => {
    const engine = await engineWithBackends({ nonUuidIds: true });
    const source = changedDump('backend.json', ({ volumes: [first, second, third] }) => {
      Object.assign(dataOf(first), { status: 'extending', new_field: { ratio: 0.5, list: [null] } });
      partsOf(first, 'snapshots')[0].status = 'deleting';
      Object.assign(dataOf(second), {
        id: 'volume_2',
        status: 'in-use',
        display_name: 'ü\u0000"; DROP',
        created_at: null,
      });
      Object.assign(dataOf(third), { deleted: true });
    });
    const { records } = await engine.importCinderlib(source);
    const [, first, second, third] = records;
    expect(first?.notes.join()).toContain('it is extending there, and becomes error');
    expect(first?.notes.join()).toContain('is deleting there, and becomes error_deleting');
    expect(second?.notes.join()).toContain('it is in-use there, and available by its connections');
    expect(third?.outcome).toBe('deleted');
    const volumes = (await engine.view()).volumes();
    expect(volumes.find(({ id }) => id === first?.id)).toMatchObject({ status: 'error' });
    expect(volumes.find(({ id }) => id === 'volume_2')).toMatchObject({ status: 'available', name: 'ü\u0000"; DROP' });
    const [event] = await Array.fromAsync((await engine.view()).events({ stream: `volume-${first?.id}` }));
    expect(event?.data).toMatchObject({
      origin: { place: 'volumes[0]', kept: { status: 'extending', new_field: { ratio: '0.5', list: [null] } } },
    });
  });

  it('are refused where ids must be UUIDs', async () => {
    const source = changedDump('volume.json', (volume) => {
      dataOf(volume).id = 'volume_2';
      for (const part of [...partsOf(volume, 'snapshots'), ...partsOf(volume, 'volume_attachment')]) {
        part.volume_id = 'volume_2';
      }
    });
    const error = await refused(await engineWithBackends(), source);
    expect(error.message).toContain('"volume_2" is no UUID');
    expect(error.remedy).toContain('non_uuid_ids');
  });

  it('of a database are told row by row', async () => {
    const file = files.file();
    copyFileSync(DATABASE.database, file);
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA foreign_keys = OFF;
      UPDATE volumes SET deleted = 1, status = 'deleted' WHERE display_name = 'web';
      UPDATE snapshots SET deleted = 1 WHERE display_name = 'weekly';
      INSERT INTO snapshots (id, volume_id, volume_type_id, volume_size, deleted)
        VALUES ('6a1e9c57-0a6e-4c1b-8f0e-2b7d94c1f3aa', 'gone', '', 1, 0)`);
    database.close();
    const report = await (await engineWithBackends()).importCinderlib({ database: file }, { leaveOut: true });
    expect(countsOf(report)).toEqual({ known: 2, imported: 6, deleted: 1, unusable: 1 });
    expect(report.records.find(({ kind }) => kind === 'snapshot')?.problem).toContain('its volume gone');
    expect(report.records.find(({ name }) => name === 'db-data')?.notes).toEqual(['1 deleted snapshot(s) left out']);
  });
});

describe('credentials', () => {
  const CANARY = 'canary-4711-secret';
  const source = changedDump('backend.json', ({ volumes: [volume] }) => {
    dataOf(volume).provider_auth = `CHAP user ${CANARY}1`;
    partsOf(volume, 'snapshots')[0].provider_auth = `CHAP user ${CANARY}2`;
    const [connection] = partsOf(volume, 'volume_attachment');
    Object.assign(connection.connection_info.conn.data, {
      auth_password: `${CANARY}3`,
      vendor: { token: `${CANARY}4` },
    });
  });

  it('are sealed wherever they stand, and open for who may have them', async () => {
    const engine = await engineWithBackends();
    const { records } = await engine.importCinderlib(source);
    const lines = await Array.fromAsync((await engine.view()).exportEvents());
    expect(lines.join('')).not.toContain(CANARY);
    expect(lines.join('').match(/"sealed":/g)).toHaveLength(4);
    const volume = await engine.volume(records[1]?.id ?? '');
    expect(JSON.stringify(await volume.showSecrets({ reason: 'moving house' }))).toContain(`${CANARY}1`);
  });

  it('stand in no report', async () => {
    const engine = await openEngine();
    expect(JSON.stringify(await engine.importCinderlib(source, { dryRun: true }))).not.toContain(CANARY);
  });
});

describe('a hostile dump', () => {
  const volume = textOf('volume.json');
  it.each([
    ['nothing', '', /expected a value/],
    ['no JSON', 'ovo', /expected a value/],
    ['not what Python calls JSON', '[NaN]', /expected a value/],
    ['a truncated one', volume.slice(0, -20), /expected/],
    ['a deep one', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper/],
    ['__proto__', volume.replace('"size":5', '"__proto__":{"size":5}'), /not allowed/],
    ['a key twice', volume.replace('"size":5', '"size":5,"size":6'), /stands twice/],
    ['another class', volume.replace('"class":"Volume"', '"class":"constructor"'), /class must be one of/],
    ['no object', '[[]]', /must be an object of cinderlib/],
    ['no backend', '{"class":"Volume"}', /backend must be an object/],
    ['what to_dict gives', textOf('to_dict.json'), /backend must be an object/],
    ['a list that is none', volume.replace(/"objects":\[.*?\]/, '"objects":7'), /must be a list/],
    ['a size of the wrong type', volume.replace('"size":5', '"size":"5"'), /size: must be a whole number/],
    ['a size that is none', volume.replace('"size":5', '"size":0'), /at least 1 GiB/],
    ['half a character', volume.replace('"db-data"', '"\\ud800"'), /well-formed/],
  ])('that is %s is refused, and nothing is written', async (_, text, says) => {
    expect(text).not.toBe(volume);
    expect((await refused(await engineWithBackends(), { text })).message).toMatch(says);
  });

  it('that is cut anywhere is refused', async () => {
    const engine = await engineWithBackends();
    const cut = fc.asyncProperty(fc.integer({ min: 0, max: volume.trimEnd().length - 1 }), async (length) => {
      expect((await refused(engine, { text: volume.slice(0, length) })).code).toBe('InvalidDump');
    });
    await fc.assert(cut, { numRuns: 30, ...oneSeed });
  });
});

describe('any inventory of cinderlib', () => {
  const [copied] = JSON.parse(textOf('backend.json')).volumes;
  const statuses = [
    'available',
    'in-use',
    'creating',
    'deleting',
    'error',
    'error_deleting',
    'retyping',
    'deleted',
    null,
  ];
  const fields = fc.record({
    id: fc.uuid(),
    display_name: fc.option(fc.string({ unit: 'grapheme', maxLength: 60 })),
    size: fc.integer({ min: 0, max: 100 }),
    status: fc.constantFrom(...statuses),
    host: fc.constantFrom('ctrl1@lvm_iscsi#pool0', 'ctrl1@ceph', null),
    metadata: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
      fc.string(),
    ),
    unknown: fc.jsonValue(),
  });

  it('is told record by record, and what is imported is what was told', async () => {
    const inventories = fc.uniqueArray(fields, { maxLength: 8, selector: ({ id }) => id });
    const property = fc.asyncProperty(inventories, async (volumes) => {
      const engine = await engineWithBackends();
      const objects = volumes.map((given) => {
        const volume = structuredClone(copied);
        Object.assign(dataOf(volume), given, { snapshots: null, volume_attachment: null });
        return volume;
      });
      const { records } = await engine.importCinderlib({ text: JSON.stringify(objects) }, { leaveOut: true });
      const told = records.filter(({ kind }) => kind === 'volume');
      expect(told.map(({ id }) => id)).toEqual(volumes.map(({ id }) => id));
      const imported = new Map((await engine.view()).volumes().map((volume) => [volume.id, volume]));
      for (const [index, given] of volumes.entries()) {
        const expected = given.status === 'deleted' ? 'deleted' : given.size < 1 ? 'unusable' : 'imported';
        expect(told[index]?.outcome, told[index]?.problem ?? '').toBe(expected);
        const { id, size, display_name: name, metadata } = given;
        if (expected !== 'imported') expect(imported.has(id)).toBe(false);
        else expect(imported.get(id)).toMatchObject({ id, size, name, metadata: { ...metadata } });
      }
    });
    await fc.assert(property, { numRuns: 20, ...oneSeed });
  });
});

describe('an import that is interrupted', () => {
  it('goes on with what it has not written', async () => {
    const many = changedDump('backend.json', (backend) => {
      const [, copied] = backend.volumes;
      backend.volumes = Array.from({ length: 450 }, (_, index) => {
        const volume = structuredClone(copied);
        dataOf(volume).id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
        return volume;
      });
    });
    const stop = new AbortController();
    const onProgress = ({ work, total, done }: { work: string; total: number | null; done: number }) => {
      if (work === 'import' && total !== null && done >= 250) stop.abort(new Error('enough'));
    };
    const log = files.file();
    const engine = await engineWithBackends({ log, signal: stop.signal, onProgress });
    await expect(engine.importCinderlib(many)).rejects.toThrow('enough');
    const again = await openEngine({ log });
    expect(countsOf(await again.importCinderlib(many))).toEqual({ known: 201, imported: 250 });
    expect(await again.volumes()).toHaveLength(450);
  });
});
