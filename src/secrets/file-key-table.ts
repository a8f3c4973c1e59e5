import { resolve } from 'node:path';
import { ScoriaError } from '../domain/errors.ts';
import { untilLate, whenFree, writeTransaction } from '../eventlog/write-transaction.ts';
import type { KeptKey, KeyTable } from './key-table.ts';
import { isPrivateFile, makePrivateFile } from './private-file.ts';
import { openSqliteKeys, type SqliteKeys } from './sqlite-keys.ts';
import { unavailable } from './unavailable.ts';

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Keys in a SQLite file of mode 0600. SQLite makes each change atomic and durable, and lets several processes take
 * turns. The file is made when the first key is.
 */
export class FileKeyTable implements KeyTable {
  readonly name: string;
  readonly #lockTimeoutMs: number;
  #opening: Promise<SqliteKeys> | null = null;

  constructor(file: string, lockTimeoutMs: number) {
    this.name = resolve(file);
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  async make(): Promise<void> {
    await this.#made();
  }

  async masterKey(): Promise<string | null> {
    const keys = await this.#present();
    return keys && this.#read(() => keys.masterKey());
  }

  async current(scope: string): Promise<KeptKey | null> {
    const keys = await this.#present();
    return keys && this.#read(() => keys.current(scope) ?? null);
  }

  async one(scope: string, id: string): Promise<KeptKey | 'destroyed' | null> {
    const keys = await this.#present();
    const row = keys && (await this.#read(() => keys.one(scope, id)));
    if (row === null || row === undefined) return null;
    const { wrapped } = row;
    return wrapped === null ? 'destroyed' : { ...row, wrapped };
  }

  async insert(kept: KeptKey): Promise<KeptKey | null> {
    const keys = await this.#made();
    return this.#write(keys, () => insertUnlessMoved(keys, kept));
  }

  async destroy(scope: string): Promise<readonly string[]> {
    const keys = await this.#present();
    if (keys === null) return [];
    const ids = await this.#write(keys, () => {
      keys.destroy(scope);
      return keys.idsOf(scope);
    });
    if (ids.length > 0) await this.#forgetFormerPages(keys);
    return ids;
  }

  async rewrap(master_key: string, rewrapped: (key: KeptKey) => Uint8Array): Promise<number> {
    const keys = await this.#made();
    const count = await this.#write(keys, () => {
      const living = keys.living();
      for (const kept of living) keys.rewrap(kept.id, rewrapped(kept), master_key);
      keys.setMasterKey(master_key);
      return living.length;
    });
    await this.#forgetFormerPages(keys);
    return count;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    const keys = await opening?.catch(() => null);
    keys?.database.close();
  }

  /** `null` while nobody has made one. */
  async #present(): Promise<SqliteKeys | null> {
    if (this.#opening === null && !isPrivateFile(this.name)) return null;
    return this.#made();
  }

  #made(): Promise<SqliteKeys> {
    if (this.#opening !== null) return this.#opening;
    const opening = this.#open();
    this.#opening = opening;
    // One that could not be opened is tried anew by whoever asks next.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }

  #open(): Promise<SqliteKeys> {
    return this.#explained(async () => {
      // SQLite gives its companions the mode of the file.
      if (!isPrivateFile(this.name)) makePrivateFile(this.name, '');
      isPrivateFile(this.name);
      return whenFree(() => openSqliteKeys(this.name), this.#patience());
    });
  }

  #patience() {
    const lockTimeoutMs = this.#lockTimeoutMs;
    const problem = `the key store ${this.name} is locked: another process holds it for longer than ${lockTimeoutMs} ms`;
    const remedy = 'try again when that process has ended its transaction, or end it';
    return untilLate(lockTimeoutMs, () => unavailable(problem, remedy, { file: this.name }));
  }

  #read<Result>(work: () => Result): Promise<Result> {
    return this.#explained(() => whenFree(work, this.#patience()));
  }

  #write<Result>({ database }: SqliteKeys, work: () => Result): Promise<Result> {
    return this.#explained(() => writeTransaction(database, work, this.#patience()));
  }

  async #forgetFormerPages(keys: SqliteKeys): Promise<void> {
    await this.#read(() => {
      if (keys.forgetFormerPages()) return;
      throw Object.assign(new Error('a reader holds the write-ahead log'), { errcode: SQLITE_BUSY });
    });
  }

  async #explained<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ScoriaError) throw error;
      if (isFull(error)) {
        const problem = `there is no room left for the key store ${this.name}`;
        throw unavailable(problem, 'make room on its file system, then give the command again', { file: this.name });
      }
      const problem = `the key store ${this.name} cannot be used: ${(error as Error).message}`;
      throw unavailable(problem, 'look at the file, its directory and its disk', { file: this.name });
    }
  }
}

/** By SQLite's word, or the file system's. */
const isFull = (error: unknown): boolean => {
  const { errcode, code = '' } = error as { readonly errcode?: number; readonly code?: string };
  return errcode === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT';
};

/** The key that stands now: this one, or another process's; `null` when the master key was rotated meanwhile. */
const insertUnlessMoved = (keys: SqliteKeys, kept: KeptKey): KeptKey | null => {
  const faster = keys.current(kept.scope);
  if (faster !== undefined) return faster;
  const master = keys.masterKey();
  if (master !== null && master !== kept.master_key) return null;
  if (master === null) keys.setMasterKey(kept.master_key);
  keys.insert(kept);
  return kept;
};
