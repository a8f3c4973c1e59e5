import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { KeptKey } from './key-table.ts';
import { unavailable } from './unavailable.ts';

/** 'SCKS' in the file's header. */
const APPLICATION_ID = 0x53434b53;
const SCHEMA_VERSION = 1;

/** A key that was destroyed keeps its id, so that what was sealed under it can be told from what another store has. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    master_key TEXT NOT NULL,
    wrapped BLOB
  ) STRICT;
  CREATE INDEX IF NOT EXISTS keys_by_scope ON keys (scope, number);
  CREATE TABLE IF NOT EXISTS store (one INTEGER PRIMARY KEY CHECK (one = 1), master_key TEXT NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** `wrapped` is `null` once the key was destroyed. */
type KeyRow = Omit<KeptKey, 'wrapped'> & { readonly wrapped: Uint8Array | null };

type Row = Readonly<Record<string, unknown>>;

/** The tables of a key store in a file, statement by statement. */
export class SqliteKeys {
  readonly database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

  constructor(database: DatabaseSync) {
    this.database = database;
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared);
  }

  /** The fingerprint of the master key that keys are wrapped by; `null` before the first. */
  masterKey(): string | null {
    const row: Row | undefined = this.#statements.master.get();
    return row === undefined ? null : String(row.master_key);
  }

  setMasterKey(fingerprint: string): void {
    this.#statements.setMaster.run(fingerprint);
  }

  /** The latest key of the scope that is not destroyed. */
  current(scope: string): KeptKey | undefined {
    return this.#statements.current.get(scope) as unknown as KeptKey | undefined;
  }

  one(scope: string, id: string): KeyRow | undefined {
    return this.#statements.one.get(scope, id) as unknown as KeyRow | undefined;
  }

  /** The ids of all keys that the scope ever had. */
  idsOf(scope: string): readonly string[] {
    return this.#statements.ofScope.all(scope).map(({ id }) => String(id));
  }

  /** All that are not destroyed. */
  living(): readonly KeptKey[] {
    return this.#statements.living.all() as unknown as readonly KeptKey[];
  }

  insert({ id, scope, master_key, wrapped }: KeptKey): void {
    this.#statements.insert.run(id, scope, master_key, wrapped);
  }

  destroy(scope: string): void {
    this.#statements.destroy.run(scope);
  }

  rewrap(id: string, wrapped: Uint8Array, master_key: string): void {
    this.#statements.rewrap.run(wrapped, master_key, id);
  }

  /** What was overwritten stands in the write-ahead log until that begins anew; `false` while a reader holds it. */
  forgetFormerPages(): boolean {
    return (this.#statements.checkpoint.get() as { readonly busy: number }).busy === 0;
  }
}

const STATEMENTS = {
  master: 'SELECT master_key FROM store',
  setMaster:
    'INSERT INTO store (one, master_key) VALUES (1, ?) ON CONFLICT DO UPDATE SET master_key = excluded.master_key',
  current: 'SELECT * FROM keys WHERE scope = ? AND wrapped IS NOT NULL ORDER BY number DESC LIMIT 1',
  one: 'SELECT * FROM keys WHERE scope = ? AND id = ?',
  ofScope: 'SELECT id FROM keys WHERE scope = ? ORDER BY number',
  living: 'SELECT * FROM keys WHERE wrapped IS NOT NULL ORDER BY number',
  insert: 'INSERT INTO keys (id, scope, master_key, wrapped) VALUES (?, ?, ?, ?)',
  destroy: 'UPDATE keys SET wrapped = NULL WHERE scope = ?',
  rewrap: 'UPDATE keys SET wrapped = ?, master_key = ? WHERE id = ?',
  checkpoint: 'PRAGMA wal_checkpoint(TRUNCATE)',
} as const;

const pragma = (database: DatabaseSync, name: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

/** Refuses what is no key store, before it changes anything. */
const assertIdentity = (database: DatabaseSync, file: string): void => {
  const id = pragma(database, 'application_id');
  const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables);
  if (id !== APPLICATION_ID && (id !== 0 || tables > 0)) {
    throw unavailable(`${file} is a database, but not a key store`, 'give the path of a key store', { file });
  }
  const version = pragma(database, 'user_version');
  if (version <= SCHEMA_VERSION) return;
  throw unavailable(
    `the key store ${file} has schema version ${version}, this Scoria knows ${SCHEMA_VERSION}`,
    'use the Scoria that wrote it or a later one',
    { file },
  );
};

/** Opens a file that is there: a key store, or an empty one, which becomes one. Throws while another process holds it. */
export const openSqliteKeys = (file: string): SqliteKeys => {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    assertIdentity(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    if (pragma(database, 'user_version') === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
    return new SqliteKeys(database);
  } catch (error) {
    database.close();
    throw error;
  }
};
