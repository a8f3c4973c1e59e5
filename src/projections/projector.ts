import type { DatabaseSync } from 'node:sqlite';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { RecordedEvent, StoredEvent } from '../domain/event.ts';
import { decode } from '../domain/streams.ts';
import type { EventLog } from '../eventlog/port.ts';
import { type Checkpoints, createCheckpoints, hasCheckpoints, openCheckpoints } from './checkpoints.ts';
import type { ProjectionStore, TableProjection } from './projection.ts';

/** A database that holds projections, and how to write to it without blocking others for long. */
export interface ProjectionDatabase {
  readonly db: DatabaseSync;
  /** Runs `work` in one write transaction. */
  write<Result>(work: () => Result): Promise<Result>;
}

interface Running {
  readonly definition: TableProjection;
  store: ProjectionStore;
}

const CATCH_UP_PAGE = 1_000;

/** A version has tables of its own, so that no process writes rows of a version that it does not run. */
const prefixOf = ({ name, version }: TableProjection): string => `p_${name}_v${version}`;

/** Keeps projections in step with a log: inside its appends where they share a database, and before every read. */
export class Projector {
  readonly #log: EventLog;
  readonly #database: ProjectionDatabase;
  readonly #checkpoints: Checkpoints;
  readonly #running: ReadonlyMap<string, Running>;

  private constructor(
    log: EventLog,
    database: ProjectionDatabase,
    checkpoints: Checkpoints,
    running: ReadonlyMap<string, Running>,
  ) {
    this.#log = log;
    this.#database = database;
    this.#checkpoints = checkpoints;
    this.#running = running;
  }

  static async open(
    log: EventLog,
    database: ProjectionDatabase,
    definitions: readonly TableProjection[],
  ): Promise<Projector> {
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
      { definition, store: definition.open(db, prefixOf(definition)) },
    ]);
    return new Projector(log, database, checkpoints, new Map(running));
  }

  get names(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** The rows of a projection, caught up with the head of the log (or at least to `upTo`). */
  async read<Store extends ProjectionStore>(projection: TableProjection<Store>, upTo?: bigint): Promise<Store> {
    const running = this.#find(projection.name);
    await this.#catchUp(running, upTo ?? (await this.#log.head()));
    return running.store as Store;
  }

  /** Called by a log that shares the database, inside the transaction of its append. */
  applyInAppend(stored: ReadonlyNonEmptyArray<StoredEvent>): void {
    const headBefore = stored[0].position - 1n;
    const last = stored.at(-1) ?? stored[0];
    // One that lags is left to the next read, so that an append never has to wait for a long catch-up.
    const moving = [...this.#running.values()].filter(
      ({ definition }) => definition.moves === 'with appends' && this.#checkpoints.get(definition) === headBefore,
    );
    if (moving.length === 0) return;
    const events = stored.map(decode);
    for (const { definition, store } of moving) {
      store.apply(events);
      this.#checkpoints.set(definition, last.position);
    }
  }

  /** Builds the projection anew beside the old rows, then swaps. */
  async rebuild(name: string, onProgress?: (position: bigint) => void): Promise<void> {
    const running = this.#find(name);
    const { db } = this.#database;
    const { definition } = running;
    const [prefix, beside] = [prefixOf(definition), `${prefixOf(definition)}_new`];
    await this.#database.write(() => {
      dropTables(db, definition, beside);
      definition.create(db, beside);
    });
    const store = definition.open(db, beside);
    let position = 0n;
    for await (const events of this.#pages(0n, await this.#log.head())) {
      await this.#database.write(() => store.apply(events));
      position = events.at(-1)?.position ?? position;
      onProgress?.(position);
    }
    await this.#database.write(() => {
      dropTables(db, definition, prefix);
      for (const table of definition.tables) db.exec(`ALTER TABLE ${beside}_${table} RENAME TO ${prefix}_${table}`);
      definition.createIndexes?.(db, prefix);
      this.#checkpoints.set(definition, position);
    });
    running.store = definition.open(db, prefix);
  }

  async #catchUp({ definition, store }: Running, target: bigint): Promise<void> {
    for (;;) {
      const position = this.#checkpoints.get(definition) ?? 0n;
      if (position >= target) return;
      const page = await this.#firstPage(position, target);
      const last = page.at(-1);
      if (last === undefined) return;
      await this.#database.write(() => {
        // Another process may have moved it since.
        if (this.#checkpoints.get(definition) !== position) return;
        store.apply(page);
        this.#checkpoints.set(definition, last.position);
      });
    }
  }

  async #firstPage(after: bigint, upTo: bigint): Promise<readonly RecordedEvent[]> {
    for await (const page of this.#pages(after, upTo)) return page;
    return [];
  }

  async *#pages(after: bigint, upTo: bigint): AsyncGenerator<readonly RecordedEvent[]> {
    let page: RecordedEvent[] = [];
    for await (const stored of this.#log.readAll({ after, upTo })) {
      page.push(decode(stored));
      if (page.length < CATCH_UP_PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  #find(name: string): Running {
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    throw new ScoriaError(
      rejections.ProjectionNotFound(`there is no projection "${name}"`, `there are: ${this.names.join(', ')}`, {
        projections: [...this.names],
      }),
    );
  }
}

const dropTables = (db: DatabaseSync, definition: TableProjection, prefix: string): void => {
  for (const table of definition.tables) db.exec(`DROP TABLE IF EXISTS ${prefix}_${table}`);
};
