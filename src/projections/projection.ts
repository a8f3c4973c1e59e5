import type { DatabaseSync } from 'node:sqlite';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import type { ScoriaEvent } from '../domain/streams.ts';

/** A read model: a pure fold over the record, with a name and a version. Change the version when the fold changes. */
export interface Projection<Row extends Json = Json> {
  readonly name: string;
  readonly version: number;
  /**
   * `with appends` (the default) moves in the transaction of every append where the log has one; `when read` catches
   * up only when it is read, so that it costs writers nothing.
   */
  readonly moves?: 'with appends' | 'when read';
  /**
   * Changes `rows` by one event. Must depend on nothing but its arguments. A `switch (event.type)` narrows `event.data`;
   * leave what you do not know alone, because later versions add types.
   */
  fold(rows: Rows<Row>, event: ScoriaEvent): void;
}

/** The rows of a projection, by key. A row that was got is changed only by setting it. */
export interface Rows<Row extends Json = Json> {
  get(key: string): Row | undefined;
  set(key: string, row: Row): void;
  delete(key: string): void;
}

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
  /**
   * Applies events in order, inside a transaction of the caller. A fold that cannot take one throws `FoldFailed` before
   * anything is written.
   */
  apply(events: readonly RecordedEvent[]): void;
  /** Called before every read: where the rows stand, whoever moved them there. */
  standsAt?(position: bigint): void;
  /** What was applied last may not stand, or the rows are others: forget what is kept of them in memory. */
  forget?(): void;
}

/** Whatever holds projections that can be read: the living ones, or those of an earlier position. */
export interface ProjectionReads {
  /** The rows of a projection, at the head of the log (or at the position that was replayed to). */
  read<Store extends ProjectionStore>(projection: TableProjection<Store>): Promise<Store>;
}

/** The names that a user's projection cannot have. */
export const BUILT_IN_NAMES: readonly string[] = ['capacity', 'inventory'];

const NAME = /^[a-z][a-z0-9_]{0,40}$/;

const invalid = (problem: string, remedy: string, projection: unknown): ScoriaError =>
  new ScoriaError(rejections.InvalidInput(problem, remedy, { projection: String(projection) }));

/** Throws `InvalidInput` for a projection that could not be told from others. */
export const assertDefined = ({ name, version, fold, moves }: Projection<never>): void => {
  if (typeof name !== 'string' || !NAME.test(name)) {
    const rule = 'begin with a-z and go on with a-z, 0-9 and "_", 41 characters at most';
    throw invalid(`a projection cannot be named ${JSON.stringify(name)}`, rule, name);
  }
  if (BUILT_IN_NAMES.includes(name)) {
    throw invalid(`"${name}" is a projection of Scoria's own`, 'give yours another name', name);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    const problem = `projection "${name}": the version ${String(version)} is not a positive whole number`;
    throw invalid(problem, 'begin with 1 and add 1 whenever the fold changes', name);
  }
  if (typeof fold !== 'function') {
    throw invalid(`projection "${name}" has no fold`, 'give a function fold(rows, event)', name);
  }
  if (moves !== undefined && moves !== 'with appends' && moves !== 'when read') {
    const problem = `projection "${name}" cannot move ${JSON.stringify(moves)}`;
    throw invalid(problem, 'give "with appends", "when read", or nothing', name);
  }
};

/** Declares a projection of the user's own; register it with the engine. */
export const defineProjection = <Row extends Json>(projection: Projection<Row>): Projection<Row> => {
  assertDefined(projection);
  return projection;
};

/**
 * A user's fold cannot take an event. What it could not take stays in the log: an append goes on without the
 * projection, and whoever reads the projection is told.
 */
export class FoldFailed extends ScoriaError {
  constructor({ name, version }: Projection<never>, event: Pick<RecordedEvent, 'type' | 'position'>, cause: unknown) {
    const position = String(event.position);
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      rejections.ProjectionFailed(
        `projection "${name}" version ${version} cannot fold the event ${event.type} at position ${position}: ${why}`,
        'correct its fold and raise its version',
        { projection: name, version, position, event_type: event.type },
      ),
      { cause },
    );
  }
}
