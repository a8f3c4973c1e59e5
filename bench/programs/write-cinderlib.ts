/** Writes what cinderlib would: a dump or a database of as many volumes, each with a snapshot and a connection. */
import { copyFile, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { v4 as uuid4 } from 'uuid';
import { given, report } from './program.ts';

const { volumes, to } = given<{ volumes: number; to: string }>();

const WRITTEN_BY_CINDERLIB = join(import.meta.dirname, '../../test/fixtures/cinderlib-5.0');
const NAME = 'db-data';
const BACKEND = 'noop';
const DATA = 'versioned_object.data';
const CHUNK_VOLUMES = 200;

/** A text of one volume, as a text of another: with ids of its own. */
const another = (text: string, ids: readonly string[]): string =>
  ids.reduce((changed, id) => changed.replaceAll(id, uuid4()), text);

/** What has a type cinderlib cannot load with its snapshots, and what has `null` for one neither. */
const writeDump = async (): Promise<void> => {
  const [backend] = JSON.parse(await readFile(join(WRITTEN_BY_CINDERLIB, 'memory.json'), 'utf8'));
  const volume = backend.volumes.find((one: typeof backend) => one.ovo[DATA].display_name === NAME);
  const data = volume.ovo[DATA];
  const [snapshot] = data.snapshots[DATA].objects;
  const [connection] = data.volume_attachment[DATA].objects;
  data.snapshots[DATA].objects = [snapshot];
  Object.assign(data, { volume_type: null, volume_type_id: null });
  Object.assign(snapshot[DATA], { volume_type_id: '' });
  const text = JSON.stringify(volume).replaceAll(backend.backend.volume_backend_name, BACKEND);
  const ids = [data.id, snapshot[DATA].id, connection[DATA].id];
  await using file = await open(to, 'w');
  await file.write(`[{"class":"Backend","backend":{"volume_backend_name":"${BACKEND}"},"volumes":[`);
  for (let written = 0; written < volumes; written += CHUNK_VOLUMES) {
    const length = Math.min(CHUNK_VOLUMES, volumes - written);
    await file.write(`${written === 0 ? '' : ','}${Array.from({ length }, () => another(text, ids)).join(',')}`);
  }
  await file.write(']}]');
};

const writeDatabase = async (): Promise<void> => {
  await copyFile(join(WRITTEN_BY_CINDERLIB, 'cinderlib.sqlite'), to);
  using file = new DatabaseSync(to);
  file.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN');
  const volume = file.prepare('SELECT * FROM volumes WHERE display_name = ?').get(NAME) ?? {};
  const ofVolume = (table: string) =>
    file.prepare(`SELECT * FROM ${table} WHERE volume_id = ? LIMIT 1`).get(String(volume.id)) ?? {};
  const rows = { volumes: volume, snapshots: ofVolume('snapshots'), volume_attachment: ofVolume('volume_attachment') };
  const text = JSON.stringify(rows).replaceAll('lvm_iscsi', BACKEND);
  const ids = Object.values(rows).map(({ id }) => String(id));
  const inserts = new Map<string, ReturnType<typeof file.prepare>>();
  for (const [table, row] of Object.entries(rows)) {
    file.exec(`DELETE FROM ${table}`);
    inserts.set(
      table,
      file.prepare(
        `INSERT INTO ${table} VALUES (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
      ),
    );
  }
  for (let written = 0; written < volumes; written += 1) {
    const made: Record<string, Record<string, SQLInputValue>> = JSON.parse(another(text, ids));
    for (const [table, row] of Object.entries(made)) inserts.get(table)?.run(...Object.values(row));
  }
  file.exec('COMMIT');
};

await (to.endsWith('.sqlite') ? writeDatabase() : writeDump());
report({ volumes });
