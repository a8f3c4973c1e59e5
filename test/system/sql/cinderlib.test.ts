import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { CinderlibSource } from '../../../src/index.ts';
import { python } from '../../cinderlib/python.ts';
import { openEngine } from '../../support/engine.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE, type TestServer } from './test-server.ts';

process.env[PASSWORD_VARIABLE] = PASSWORD;

const WRITTEN_BY_CINDERLIB = join(import.meta.dirname, '../../fixtures/cinderlib-5.0/cinderlib.sqlite');
const BACKENDS = ['lvm_iscsi', 'ceph'];
const HAS_CINDERLIB = process.env.SCORIA_CINDERLIB !== undefined;

/** The same place, as SQLAlchemy takes it. */
const alchemyUrl = (server: TestServer, database: string): string => {
  const { host, port, user } = server.place(database);
  const dialect = server.product === 'PostgreSQL' ? 'postgresql+psycopg2' : 'mysql+pymysql';
  return `${dialect}://${user}:${PASSWORD}@${host}:${port}/${database}`;
};

interface Dialect {
  readonly quoted: (name: string) => string;
  readonly text: (value: string) => string;
  readonly type: (declared: string) => string;
}

/** As SQLAlchemy makes of its types what each server has. */
const dialectOf = ({ product }: TestServer): Dialect =>
  product === 'PostgreSQL'
    ? {
        quoted: (name) => `"${name}"`,
        text: (value) => `'${value.replaceAll("'", "''")}'`,
        type: (declared) => (declared === 'DATETIME' ? 'TIMESTAMP' : declared),
      }
    : {
        quoted: (name) => `\`${name}\``,
        text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
        type: (declared) => declared,
      };

/** The tables and rows that the real library wrote, on another server. */
const copyTo = async (server: TestServer, database: string): Promise<void> => {
  const { quoted, text, type } = dialectOf(server);
  using source = new DatabaseSync(WRITTEN_BY_CINDERLIB, { readOnly: true });
  const tables = source
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  for (const { name } of tables as { name: string }[]) {
    const columns = source.prepare('SELECT name, type FROM pragma_table_info(?)').all(name) as {
      name: string;
      type: string;
    }[];
    const literal = (value: unknown, declared: string): string => {
      if (value === null) return 'NULL';
      if (declared === 'BOOLEAN') return value === 1 ? 'TRUE' : 'FALSE';
      return typeof value === 'number' ? String(value) : text(String(value));
    };
    const rows = source.prepare(`SELECT * FROM "${name}"`).all();
    const declared = columns.map((column) => `${quoted(column.name)} ${type(column.type)}`).join(', ');
    const inserts = rows.map((row) => {
      const values = columns.map((column) => literal(row[column.name], column.type));
      return `INSERT INTO ${quoted(name)} VALUES (${values.join(', ')})`;
    });
    await server.admin(database, `CREATE TABLE ${quoted(name)} (${declared})`, ...inserts);
  }
  const all = server.product === 'PostgreSQL' ? ['GRANT SELECT ON ALL TABLES IN SCHEMA public TO owner'] : [];
  if (all.length > 0) await server.admin(database, ...all);
};

/** What an import makes of the source; MySQL keeps times to the second. */
const importedFrom = async (source: CinderlibSource) => {
  const engine = await openEngine();
  for (const name of BACKENDS) await engine.addBackend({ name, driver: 'memory' });
  const report = await engine.importCinderlib(source);
  const again = await engine.importCinderlib(source);
  const view = await engine.view();
  const outcomes = ({ records }: typeof report) => records.map(({ id, outcome }) => `${id}: ${outcome}`).toSorted();
  const volumes = view.volumes().toSorted((one, other) => one.id.localeCompare(other.id));
  return {
    outcomes: outcomes(report),
    again: outcomes(again),
    volumes: JSON.stringify(volumes, null, 1)
      .replaceAll(/(T\d\d:\d\d:\d\d)\.\d+Z/g, '$1Z')
      .split('\n'),
  };
};

/** What the real library dumped and could not load again, as Scoria gives it back. */
const dumpForCinderlib = async (): Promise<string> => {
  const engine = await openEngine();
  for (const name of BACKENDS) await engine.addBackend({ name, driver: 'memory' });
  await engine.importCinderlib({ database: WRITTEN_BY_CINDERLIB });
  return (await Array.fromAsync(engine.exportCinderlib({ showSecrets: true }, { reason: 'test' }))).join('');
};

await onEachServer(({ server }) => {
  test('gives an import what it gives as a file of SQLite, and twice is once', async () => {
    const database = await server.newDatabase();
    await copyTo(server, database);
    const fromFile = await importedFrom({ database: WRITTEN_BY_CINDERLIB });
    const fromServer = await importedFrom({ database: server.url(database) });
    expect(fromServer.volumes.length).toBeGreaterThan(5);
    expect(fromServer).toEqual(fromFile);
    expect(fromServer.again.filter((line) => line.endsWith(': imported'))).toEqual([]);
  });

  // test/cinderlib/README.md
  test.skipIf(!HAS_CINDERLIB)('takes over what the real library wrote there as it does its dump', async () => {
    const database = await server.newDatabase();
    const directory = mkdtempSync(join(tmpdir(), 'scoria-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const dump = join(directory, 'dump.json');
    await writeFile(dump, await dumpForCinderlib());
    await python('load.py', [dump, alchemyUrl(server, database), ...BACKENDS], { directory });
    const fromDump = await importedFrom({ text: await readFile(dump, 'utf8') });
    const fromServer = await importedFrom({ database: server.url(database) });
    expect(fromServer.outcomes).toEqual(fromDump.outcomes);
    expect(fromServer.volumes).toEqual(fromDump.volumes);
  });
});
