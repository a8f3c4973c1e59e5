import type { DatabaseSync } from 'node:sqlite';
import type { Leases } from './leases.ts';

/** Made with the first renewal: most logs never see an operation that lasts so long. */
const TABLE =
  'CREATE TABLE IF NOT EXISTS leases (executor TEXT PRIMARY KEY, counter INTEGER NOT NULL, length_ms INTEGER NOT NULL) STRICT';
const RENEW = `INSERT INTO leases VALUES (?, 1, ?)
  ON CONFLICT (executor) DO UPDATE SET counter = counter + 1, length_ms = excluded.length_ms`;

export interface SqliteAccess {
  readonly database: DatabaseSync;
  read<T>(query: () => T): Promise<T>;
  /** A write that a power cut may take: then nobody whose lease it was is alive. */
  write<T>(work: () => T): Promise<T>;
}

/** Leases in a table beside the events. */
export const sqliteLeases = ({ database, read, write }: SqliteAccess): Leases => {
  const isMade = () =>
    database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'leases'").get() !== undefined;
  return {
    renew: (executor, lengthMs) =>
      write(() => {
        database.exec(TABLE);
        database.prepare(RENEW).run(executor, lengthMs);
      }),
    read: (executor) =>
      read(() => {
        if (!isMade()) return null;
        const select = database.prepare('SELECT counter, length_ms FROM leases WHERE executor = ?');
        select.setReadBigInts(true);
        const row = select.get(executor);
        return row === undefined ? null : { counter: row.counter as bigint, lengthMs: Number(row.length_ms) };
      }),
    release: (executor) =>
      write(() => {
        if (isMade()) database.prepare('DELETE FROM leases WHERE executor = ?').run(executor);
      }),
  };
};
