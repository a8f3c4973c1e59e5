import type { DatabaseSync } from 'node:sqlite';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type EventPage, type EventSource, eventPages, lastPosition } from './event-pages.ts';
import type { TableProjection } from './projection.ts';
import { type ProjectionDatabase, prefixOf } from './projection-database.ts';

/** Builds a projection anew beside its old rows, which are read meanwhile, then swaps. */
export const rebuild = async (
  source: EventSource,
  database: ProjectionDatabase,
  checkpoints: Checkpoints,
  definition: TableProjection,
  onProgress: (position: bigint) => void = () => {},
): Promise<void> => {
  const { db } = database;
  const beside = await startBeside(database, checkpoints, definition);
  const store = definition.open(db, beside.prefix);
  let position = 0n;
  const advance = (to: bigint): void => {
    if (!checkpoints.advance(beside, position, to)) throw takenOver(definition);
  };
  const apply = async (page: EventPage): Promise<void> => {
    await database.write(() => {
      advance(lastPosition(page));
      store.apply(page);
    });
    position = lastPosition(page);
    onProgress(position);
  };
  try {
    // Until nothing came meanwhile, or nearly so: the rest is caught up by whoever reads next.
    for (let rounds = 0; rounds < 10 && position < (await source.head()); rounds += 1) {
      for await (const page of eventPages(source, position, await source.head())) await apply(page);
    }
  } catch (error) {
    await database.write(() => {
      // Unless another rebuild stands there by now.
      if (!checkpoints.advance(beside, position, 0n)) return;
      dropTables(db, definition, beside.prefix);
      checkpoints.remove(beside);
    });
    throw error;
  }
  await database.write(() => {
    advance(position);
    swap(db, definition, beside.prefix);
    checkpoints.remove(beside);
    checkpoints.set(definition, position);
  });
};

/** Has a checkpoint of its own, so that two rebuilds at once cannot write into each other's rows. */
const startBeside = async (
  { db, write }: ProjectionDatabase,
  checkpoints: Checkpoints,
  definition: TableProjection,
) => {
  const prefix = `${prefixOf(definition)}_new`;
  const named = { name: `${definition.name} (rebuild)`, version: definition.version, prefix };
  await write(() => {
    dropTables(db, definition, prefix);
    definition.create(db, prefix);
    checkpoints.set(named, 0n);
  });
  return named;
};

const swap = (db: DatabaseSync, definition: TableProjection, beside: string): void => {
  const prefix = prefixOf(definition);
  dropTables(db, definition, prefix);
  for (const table of definition.tables) db.exec(`ALTER TABLE ${beside}_${table} RENAME TO ${prefix}_${table}`);
  definition.createIndexes?.(db, prefix);
};

const dropTables = (db: DatabaseSync, definition: TableProjection, prefix: string): void => {
  for (const table of definition.tables) db.exec(`DROP TABLE IF EXISTS ${prefix}_${table}`);
};

const takenOver = ({ name }: TableProjection): ScoriaError =>
  new ScoriaError(
    rejections.ResourceBusy(`projection "${name}" is being rebuilt by another caller`, 'wait until that has ended', {
      projection: name,
    }),
  );
