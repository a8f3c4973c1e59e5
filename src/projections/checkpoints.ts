import type { DatabaseSync } from 'node:sqlite';

type Named = { readonly name: string; readonly version: number };

/** How far each version of each projection has come. Moves in the same transaction as the rows. */
export interface Checkpoints {
  /** The position of the last event applied, `0n` before the first, `null` when the projection has no tables yet. */
  get(projection: Named): bigint | null;
  set(projection: Named, position: bigint): void;
  /** Moves it, unless it stands elsewhere than the caller thought. */
  advance(projection: Named, from: bigint, to: bigint): boolean;
  remove(projection: Named): void;
}

export const hasCheckpoints = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'projections'").get() !== undefined;

export const createCheckpoints = (db: DatabaseSync): void =>
  db.exec(`CREATE TABLE IF NOT EXISTS projections (
    name TEXT NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (name, version)
  ) STRICT, WITHOUT ROWID`);

export const openCheckpoints = (db: DatabaseSync): Checkpoints => {
  const select = db.prepare('SELECT position FROM projections WHERE name = ? AND version = ?');
  select.setReadBigInts(true);
  const upsert = db.prepare(
    `INSERT INTO projections (name, version, position) VALUES (?, ?, ?)
     ON CONFLICT (name, version) DO UPDATE SET position = excluded.position`,
  );
  const move = db.prepare('UPDATE projections SET position = ? WHERE name = ? AND version = ? AND position = ?');
  const remove = db.prepare('DELETE FROM projections WHERE name = ? AND version = ?');
  return {
    get: ({ name, version }) => (select.get(name, version)?.position as bigint | undefined) ?? null,
    set: ({ name, version }, position) => void upsert.run(name, version, position),
    advance: ({ name, version }, from, to) => Number(move.run(to, name, version, from).changes) === 1,
    remove: ({ name, version }) => void remove.run(name, version),
  };
};
