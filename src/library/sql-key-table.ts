import { ScoriaError } from '../domain/errors.ts';
import { type Insist, insisting } from '../eventlog/sql/insist.ts';
import { assertMigrated } from '../eventlog/sql/migrate.ts';
import type { SqlServer, SqlSession } from '../eventlog/sql/server.ts';
import { createSessions, type Sessions } from '../eventlog/sql/sessions.ts';
import type { KeptKey, KeyTable } from '../secrets/key-table.ts';
import { unavailable } from '../secrets/unavailable.ts';

const MOST_SESSIONS = 2;

/** The row's lock is the turn of whoever changes keys; what was committed before it was got is seen after it. */
const LOCK = 'SELECT master_key FROM scoria_key_store WHERE one = 1 FOR UPDATE';
const MASTER = 'SELECT master_key FROM scoria_key_store WHERE one = 1';
const SET_MASTER = 'UPDATE scoria_key_store SET master_key = ? WHERE one = 1';
const COLUMNS = 'id, scope, master_key, wrapped';
const CURRENT = `SELECT ${COLUMNS} FROM scoria_keys WHERE scope = ?`;
const ALL = `SELECT ${COLUMNS} FROM scoria_keys`;
const INSERT = `INSERT INTO scoria_keys (${COLUMNS}) VALUES (?, ?, ?, ?)`;
const REWRAP = 'UPDATE scoria_keys SET wrapped = ?, master_key = ? WHERE id = ?';
const NOTE_DESTROYED =
  'INSERT INTO scoria_destroyed_keys (id, scope) SELECT id, scope FROM scoria_keys WHERE scope = ?';
const DELETE = 'DELETE FROM scoria_keys WHERE scope = ?';
const DESTROYED = 'SELECT id FROM scoria_destroyed_keys WHERE scope = ? ORDER BY id';
const IS_DESTROYED = 'SELECT id FROM scoria_destroyed_keys WHERE scope = ? AND id = ?';

type Row = readonly [id: string, scope: Buffer, master_key: string, wrapped: Buffer];

const keptOf = ([id, scope, master_key, wrapped]: Row): KeptKey => ({
  id,
  scope: scope.toString(),
  master_key,
  wrapped,
});

/**
 * Keys in tables beside the events of a log on a server, for all hosts that work on it. A key that is destroyed is a row
 * that is deleted; its id stays in a table of its own, so that it can be told from one that never was.
 */
export class SqlKeyTable implements KeyTable {
  readonly name: string;
  readonly #server: SqlServer;
  readonly #sessions: Sessions;
  readonly #insist: Insist;
  #isMigrated = false;

  constructor(server: SqlServer) {
    this.name = server.place.name;
    this.#server = server;
    this.#sessions = createSessions(() => server.connect(), MOST_SESSIONS);
    this.#insist = insisting(server, this.#sessions, server.place.lockTimeoutMs);
  }

  /** `scoria log migrate` does. */
  async make(): Promise<void> {}

  masterKey(): Promise<string | null> {
    return this.#with(masterKeyIn);
  }

  current(scope: string): Promise<KeptKey | null> {
    return this.#with((session) => currentIn(session, scope));
  }

  one(scope: string, id: string): Promise<KeptKey | 'destroyed' | null> {
    return this.#with(async (session) => {
      const living = await currentIn(session, scope);
      if (living?.id === id) return living;
      const destroyed = await session.rows(IS_DESTROYED, [Buffer.from(scope), id]);
      return destroyed.length > 0 ? 'destroyed' : null;
    });
  }

  insert(key: KeptKey): Promise<KeptKey | null> {
    return this.#changing(async (session, master) => {
      const faster = await currentIn(session, key.scope);
      if (faster !== null) return faster;
      if (master !== null && master !== key.master_key) return null;
      if (master === null) await session.rows(SET_MASTER, [key.master_key]);
      await session.rows(INSERT, [key.id, Buffer.from(key.scope), key.master_key, Buffer.from(key.wrapped)]);
      return key;
    });
  }

  destroy(scope: string): Promise<readonly string[]> {
    return this.#changing(async (session) => {
      const values = [Buffer.from(scope)];
      await session.rows(NOTE_DESTROYED, values);
      await session.rows(DELETE, values);
      return (await session.rows<readonly [string]>(DESTROYED, values)).map(([id]) => id);
    });
  }

  rewrap(master_key: string, rewrapped: (key: KeptKey) => Uint8Array): Promise<number> {
    return this.#changing(async (session) => {
      const keys = (await session.rows<Row>(ALL)).map(keptOf);
      for (const key of keys) await session.rows(REWRAP, [Buffer.from(rewrapped(key)), master_key, key.id]);
      await session.rows(SET_MASTER, [master_key]);
      return keys.length;
    });
  }

  close(): Promise<void> {
    return this.#sessions.close();
  }

  /** Given again after a lost answer, each change finds what it did. */
  #changing<Result>(work: (session: SqlSession, master: string | null) => Promise<Result>): Promise<Result> {
    return this.#with(async (session) => {
      await session.rows('START TRANSACTION');
      const [row] = await session.rows<readonly [string | null]>(LOCK);
      if (row === undefined) throw new Error('the table scoria_key_store has lost its row, which hosts take turns by');
      const result = await work(session, row[0]);
      await session.rows('COMMIT');
      return result;
    });
  }

  async #with<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> {
    try {
      return await this.#insist(async (session) => {
        if (!this.#isMigrated) await assertMigrated(this.#server, session);
        this.#isMigrated = true;
        return work(session);
      });
    } catch (error) {
      if (!(error instanceof ScoriaError)) throw this.#unusable((error as Error).message, 'look at the server');
      if (error.kind !== 'log') throw error;
      throw this.#unusable(error.message, error.remedy);
    }
  }

  #unusable(why: string, remedy: string): ScoriaError {
    return unavailable(`the key store beside the log cannot be used: ${why}`, remedy, { key_store: this.name });
  }
}

const masterKeyIn = async (session: SqlSession): Promise<string | null> =>
  (await session.rows<readonly [string | null]>(MASTER))[0]?.[0] ?? null;

const currentIn = async (session: SqlSession, scope: string): Promise<KeptKey | null> => {
  const [row] = await session.rows<Row>(CURRENT, [Buffer.from(scope)]);
  return row === undefined ? null : keptOf(row);
};
