import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { RecordedEvent, StoredEvent } from '../domain/event.ts';
import { decodeOnce } from '../domain/streams.ts';
import { inTime } from '../in-time.ts';
import { type Checkpoints, createCheckpoints, hasCheckpoints, openCheckpoints } from './checkpoints.ts';
import { type EventSource, firstEventPage, lastPosition } from './event-pages.ts';
import { projectionBehind } from './held-back.ts';
import { FoldFailed, type ProjectionReads, type ProjectionStore, type TableProjection } from './projection.ts';
import { type ProjectionDatabase, prefixOf } from './projection-database.ts';
import { rebuild } from './rebuild.ts';

export type { ProjectionDatabase };

interface Running {
  readonly definition: TableProjection;
  readonly store: ProjectionStore;
  /** What its checkpoint was when it was last looked at: checkpoints only go forward. */
  reached: bigint;
  /** The page that is being applied, so that readers who come at the same time share it. */
  catchingUp?: Promise<boolean> | undefined;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly moves: TableProjection['moves'];
  /** The last event that its rows hold; the next read takes it to the head. */
  readonly position: bigint;
}

export interface CatchUp {
  /** So long a read waits for a projection that gets no further. */
  readonly timeoutMs: number;
  /** Called now and then while catching up takes long. */
  readonly onProgress?: (name: string, reached: bigint, target: bigint) => void;
}

const PATIENT: CatchUp = { timeoutMs: Number.POSITIVE_INFINITY };

/** Keeps projections in step with a log: inside its appends where they share a database, and before every read. */
export class Projector implements ProjectionReads {
  readonly #source: EventSource;
  readonly #database: ProjectionDatabase;
  readonly #checkpoints: Checkpoints;
  readonly #running: ReadonlyMap<string, Running>;
  readonly #moving: readonly Running[];
  readonly #limits: CatchUp;

  private constructor(
    source: EventSource,
    database: ProjectionDatabase,
    checkpoints: Checkpoints,
    running: ReadonlyMap<string, Running>,
    limits: CatchUp,
  ) {
    this.#source = source;
    this.#database = database;
    this.#checkpoints = checkpoints;
    this.#running = running;
    this.#limits = limits;
    this.#moving = [...running.values()].filter(({ definition }) => definition.moves === 'with appends');
  }

  static async open(
    source: EventSource,
    database: ProjectionDatabase,
    definitions: readonly TableProjection[],
    limits: CatchUp = PATIENT,
  ): Promise<Projector> {
    assertNamedApart(definitions);
    const { db } = database;
    if (!hasCheckpoints(db)) await database.write(() => createCheckpoints(db));
    const checkpoints = openCheckpoints(db);
    if (definitions.some((definition) => checkpoints.get(definition) === null)) {
      await database.write(() => {
        for (const definition of definitions) {
          if (checkpoints.get(definition) !== null) continue;
          definition.create(db, prefixOf(definition));
          definition.createIndexes?.(db, prefixOf(definition));
          checkpoints.set(definition, 0n);
        }
      });
    }
    const running = definitions.map((definition): [string, Running] => [
      definition.name,
      { definition, store: definition.open(db, prefixOf(definition)), reached: 0n },
    ]);
    return new Projector(source, database, checkpoints, new Map(running), limits);
  }

  get names(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Those that move with appends are to be as far as the log; others wait until they are read. */
  async catchUp(name: string): Promise<void> {
    await this.read(this.#find(name).definition);
  }

  statuses(): readonly ProjectionStatus[] {
    return [...this.#running.values()].map(({ definition }) => ({
      name: definition.name,
      version: definition.version,
      moves: definition.moves,
      position: this.#checkpoints.get(definition) ?? 0n,
    }));
  }

  /** Where the log ends, if it says so in time. */
  async head(): Promise<bigint> {
    const [name] = this.names;
    const head = this.#source.head();
    return name === undefined ? head : this.patiently(name, null, head);
  }

  /** A step of what somebody does for a projection, for as long as it may take. */
  patiently<Answer>(name: string, target: bigint | null, step: Promise<Answer>): Promise<Answer> {
    return this.#patiently(this.#find(name), target, step);
  }

  /** The rows of a projection, caught up with the head of the log (or at least to `upTo`). */
  async read<Store extends ProjectionStore>(projection: TableProjection<Store>, upTo?: bigint): Promise<Store> {
    const running = this.#find(projection.name, projection.version);
    await this.#catchUp(running, upTo ?? (await this.#patiently(running, null, this.#source.head())));
    running.store.standsAt?.(running.reached);
    return running.store as Store;
  }

  /** Called by a log that shares the database, inside the transaction of its append. */
  applyInAppend(stored: ReadonlyNonEmptyArray<StoredEvent>): void {
    const headBefore = stored[0].position - 1n;
    const last = (stored.at(-1) ?? stored[0]).position;
    let events: readonly RecordedEvent[] | undefined;
    for (const running of this.#moving) {
      const { definition, store } = running;
      // One that lags is left to the next read, so that an append never has to wait for a long catch-up.
      if (!this.#checkpoints.advance(definition, headBefore, last)) continue;
      events ??= stored.map(decodeOnce);
      try {
        store.apply(events);
        running.reached = last;
      } catch (error) {
        // What happened is recorded whether or not a user's fold can take it; whoever reads the projection is told.
        if (!(error instanceof FoldFailed)) throw error;
        this.#checkpoints.advance(definition, last, headBefore);
      }
    }
  }

  /** Called by that log when what was applied last was rolled back. */
  rolledBack(): void {
    for (const running of this.#moving) forget(running);
  }

  /** Builds the projection anew beside the old rows, then swaps. */
  async rebuild(name: string, onProgress?: (position: bigint) => void, source = this.#source): Promise<void> {
    const running = this.#find(name);
    await rebuild(source, this.#database, this.#checkpoints, running.definition, onProgress);
    forget(running);
  }

  async #catchUp(running: Running, target: bigint): Promise<void> {
    for (let pages = 0; running.reached < target; pages += 1) {
      running.reached = this.#positionOf(running);
      if (running.reached >= target) return;
      // A page alone is no long work.
      if (pages > 0) this.#limits.onProgress?.(running.definition.name, running.reached, target);
      running.catchingUp ??= this.#applyPage(running, target).finally(() => {
        running.catchingUp = undefined;
      });
      if (!(await this.#patiently(running, target, running.catchingUp))) return;
    }
  }

  #positionOf({ definition }: Running): bigint {
    return this.#checkpoints.get(definition) ?? 0n;
  }

  /** A step of the way, which the log or its server may hold up. */
  #patiently<Answer>(running: Running, target: bigint | null, step: Promise<Answer>): Promise<Answer> {
    const { timeoutMs } = this.#limits;
    const late = () => this.#behind(running, target, `the log did not answer within ${timeoutMs / 1000} s`);
    return inTime(step, timeoutMs, late);
  }

  #behind(running: Running, target: bigint | null, why: string, cause?: unknown): ScoriaError {
    const { name, version } = running.definition;
    return projectionBehind({ name, version, position: this.#positionOf(running), target }, why, cause);
  }

  /** Applies the next page, up to the head; `false` when there is none. */
  async #applyPage(running: Running, target: bigint): Promise<boolean> {
    const { definition, store } = running;
    const position = this.#positionOf(running);
    const page = await firstEventPage(this.#source, position, await this.#source.head());
    if (page === null) return false;
    try {
      await this.#database.write(() => {
        // Another process may have moved it since.
        if (!this.#checkpoints.advance(definition, position, lastPosition(page))) return;
        store.apply(page);
        this.#database.followed?.(page.at(-1) ?? page[0]);
      });
    } catch (error) {
      forget(running);
      throw isLocked(error) ? this.#behind(running, target, error.rejection.message, error) : error;
    }
    return true;
  }

  #find(name: string, version?: number): Running {
    const running = this.#running.get(name);
    if (running !== undefined && (version ?? running.definition.version) === running.definition.version) return running;
    throw new ScoriaError(
      rejections.ProjectionNotFound(
        `there is no projection "${name}"${version === undefined ? '' : ` version ${version}`}`,
        `there are: ${this.names.join(', ')}`,
        { projections: [...this.names] },
      ),
    );
  }
}

/** The rows' database is held by another process; of the log itself nothing was asked. */
const isLocked = (error: unknown): error is ScoriaError =>
  error instanceof ScoriaError && error.code === 'LogUnavailable';

const forget = (running: Running): void => {
  running.reached = 0n;
  running.store.forget?.();
};

const assertNamedApart = (definitions: readonly TableProjection[]): void => {
  const names = definitions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ScoriaError(
    rejections.InvalidInput(`two projections are named "${twice}"`, 'give each a name of its own', {
      projection: twice,
    }),
  );
};
