import type { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import type { Projection, ProjectionStore, TableProjection } from './projection.ts';

export interface KeyedRow<Row extends Json = Json> {
  readonly key: string;
  readonly row: Row;
}

export interface KeyedRowsStore<Row extends Json = Json> extends ProjectionStore {
  get(key: string): Row | undefined;
  /** All rows, by key. */
  list(): readonly KeyedRow<Row>[];
}

const openKeyedRows = <Row extends Json>(
  projection: Projection<Row>,
  db: DatabaseSync,
  prefix: string,
): KeyedRowsStore<Row> => {
  const select = db.prepare(`SELECT doc FROM ${prefix}_rows WHERE key = ?`);
  const selectAll = db.prepare(`SELECT key, doc FROM ${prefix}_rows ORDER BY key`);
  const upsert = db.prepare(
    `INSERT INTO ${prefix}_rows (key, doc) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET doc = excluded.doc`,
  );
  const remove = db.prepare(`DELETE FROM ${prefix}_rows WHERE key = ?`);
  const get = (key: string): Row | undefined => {
    const found = select.get(key);
    return found === undefined ? undefined : JSON.parse(found.doc as string);
  };
  return {
    get,
    list: () => selectAll.all().map(({ key, doc }) => ({ key: key as string, row: JSON.parse(doc as string) })),
    apply(events: readonly RecordedEvent[]) {
      // Rows that several events of a batch touch are read and written once.
      const touched = new Map<string, Row | undefined>();
      const rows = {
        get: (key: string) => {
          if (!touched.has(key)) touched.set(key, get(key));
          return touched.get(key);
        },
        set: (key: string, row: Row) => void touched.set(key, row),
        delete: (key: string) => void touched.set(key, undefined),
      };
      for (const event of events) projection.fold(rows, event);
      for (const [key, row] of touched) {
        if (row === undefined) remove.run(key);
        else upsert.run(key, JSON.stringify(row));
      }
    },
  };
};

/** A user's fold, with its rows in one table. */
export const keyedRows = <Row extends Json>(projection: Projection<Row>): TableProjection<KeyedRowsStore<Row>> => ({
  name: projection.name,
  version: projection.version,
  moves: projection.moves ?? 'with appends',
  tables: ['rows'],
  create: (db, prefix) =>
    db.exec(`CREATE TABLE ${prefix}_rows (key TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID`),
  open: (db, prefix) => openKeyedRows(projection, db, prefix),
});
