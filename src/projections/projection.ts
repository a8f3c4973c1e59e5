import type { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';

/** A read model: a pure fold over the record, with a name and a version. Change the version when the fold changes. */
export interface Projection<Row extends Json = Json> {
  readonly name: string;
  readonly version: number;
  /**
   * `with appends` (the default) moves in the transaction of every append where the log has one; `when read` catches
   * up only when it is read, so that it costs writers nothing.
   */
  readonly moves?: 'with appends' | 'when read';
  /** Changes `rows` by one event. Must depend on nothing but its arguments. */
  fold(rows: Rows<Row>, event: RecordedEvent): void;
}

/** The rows of a projection, by key. */
export interface Rows<Row extends Json = Json> {
  get(key: string): Row | undefined;
  set(key: string, row: Row): void;
  delete(key: string): void;
}

export const defineProjection = <Row extends Json>(projection: Projection<Row>): Projection<Row> => projection;

/** A projection as the projector runs it: it owns tables whose names start with the prefix it is given. */
export interface TableProjection<Store extends ProjectionStore = ProjectionStore> {
  readonly name: string;
  readonly version: number;
  readonly moves: 'with appends' | 'when read';
  /** Table names without the prefix. */
  readonly tables: readonly string[];
  create(db: DatabaseSync, prefix: string): void;
  /** Apart from `create`, because a rebuild makes its indexes after the swap. */
  createIndexes?(db: DatabaseSync, prefix: string): void;
  open(db: DatabaseSync, prefix: string): Store;
}

export interface ProjectionStore {
  /** Applies events in order, inside a transaction of the caller. */
  apply(events: readonly RecordedEvent[]): void;
}
