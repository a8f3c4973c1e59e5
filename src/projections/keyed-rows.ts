import type { DatabaseSync } from 'node:sqlite';
import type { Json } from '../domain/json.ts';
import { asScoriaEvent } from '../domain/streams.ts';
import {
  assertDefined,
  FoldFailed,
  type Projection,
  type ProjectionStore,
  type Rows,
  type TableProjection,
} from './projection.ts';

export interface KeyedRow<Row extends Json = Json> {
  readonly key: string;
  readonly row: Row;
}

export interface KeyedRowsStore<Row extends Json = Json> extends ProjectionStore {
  get(key: string): Row | undefined;
  /** All rows whose keys begin so, by key. */
  list(prefix?: string): readonly KeyedRow<Row>[];
}

/** Sorts after every character that a key goes on with. */
const LAST = '\u{10FFFF}';

const textOf = (row: Json): string => {
  const text: string | undefined = JSON.stringify(row);
  if (text === undefined) throw new TypeError('a row must be JSON');
  return text;
};

/**
 * Rows while a batch is folded: what several events touch is read and written once. Held as text, so that a fold does
 * the same however its events are batched, also one that changes a row in place.
 */
class TouchedRows<Row extends Json> implements Rows<Row> {
  readonly #stored: (key: string) => string | undefined;
  readonly #read = new Map<string, string | undefined>();
  readonly written = new Map<string, string | undefined>();

  constructor(stored: (key: string) => string | undefined) {
    this.#stored = stored;
  }

  get(key: string): Row | undefined {
    const text = this.written.has(key) ? this.written.get(key) : this.#readOnce(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  set(key: string, row: Row): void {
    if (typeof key !== 'string') throw new TypeError('the key of a row must be a string');
    this.written.set(key, textOf(row));
  }

  delete(key: string): void {
    this.written.set(key, undefined);
  }

  #readOnce(key: string): string | undefined {
    if (!this.#read.has(key)) this.#read.set(key, this.#stored(key));
    return this.#read.get(key);
  }
}

type Fold<Row extends Json> = Projection<Row>['fold'];

const openKeyedRows = <Row extends Json>(fold: Fold<Row>, db: DatabaseSync, prefix: string): KeyedRowsStore<Row> => {
  const select = db.prepare(`SELECT doc FROM ${prefix}_rows WHERE key = ?`);
  const selectRange = db.prepare(`SELECT key, doc FROM ${prefix}_rows WHERE key >= ? AND key < ? ORDER BY key`);
  const upsert = db.prepare(
    `INSERT INTO ${prefix}_rows (key, doc) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET doc = excluded.doc`,
  );
  const remove = db.prepare(`DELETE FROM ${prefix}_rows WHERE key = ?`);
  const stored = (key: string): string | undefined => select.get(key)?.doc as string | undefined;
  return {
    get(key) {
      const text = stored(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    list: (start = '') =>
      selectRange
        .all(start, start + LAST)
        .map(({ key, doc }) => ({ key: key as string, row: JSON.parse(doc as string) })),
    apply(events) {
      const rows = new TouchedRows<Row>(stored);
      for (const event of events) fold(rows, asScoriaEvent(event));
      for (const [key, text] of rows.written) {
        if (text === undefined) remove.run(key);
        else upsert.run(key, text);
      }
    },
  };
};

const tableOf = <Row extends Json>(
  { name, version, moves = 'with appends' }: Projection<Row>,
  fold: Fold<Row>,
): TableProjection<KeyedRowsStore<Row>> => ({
  name,
  version,
  moves,
  tables: ['rows'],
  create: (db, prefix) =>
    db.exec(`CREATE TABLE ${prefix}_rows (key TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID`),
  open: (db, prefix) => openKeyedRows(fold, db, prefix),
});

/** A projection of Scoria's own, with its rows in one table. */
export const builtInRows = <Row extends Json>(projection: Projection<Row>): TableProjection<KeyedRowsStore<Row>> =>
  tableOf(projection, projection.fold);

/** A user's projection, with its rows in one table. Its fold may fail, and says then at which event. */
export const keyedRows = <Row extends Json>(projection: Projection<Row>): TableProjection<KeyedRowsStore<Row>> => {
  assertDefined(projection);
  return tableOf(projection, (rows, event) => {
    try {
      const ended: unknown = projection.fold(rows, event);
      if (ended instanceof Promise) throw new TypeError('a fold must not be asynchronous');
    } catch (error) {
      throw new FoldFailed(projection, event, error);
    }
  });
};
