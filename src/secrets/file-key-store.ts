import { generateKeySync } from 'node:crypto';
import { resolve } from 'node:path';
import { ScoriaError } from '../domain/errors.ts';
import { untilLate, whenFree, writeTransaction } from '../eventlog/write-transaction.ts';
import { newId } from '../new-id.ts';
import type { DataKey, KeyStore, RotatedMaster } from './key-store.ts';
import { type KeptKey, type KeyTable, openKeyTable } from './key-table.ts';
import { type MasterKey, type MasterKeySource, OwnMasterKey, unwrap, wrap } from './master-key.ts';
import { isPrivateFile, makePrivateFile } from './private-file.ts';
import { unavailable } from './unavailable.ts';

export interface FileKeyStoreOptions {
  readonly file: string;
  readonly master: MasterKeySource;
  /** How a reference that a rotation names leads to a key. */
  readonly masterAt: (reference: string) => MasterKeySource;
  readonly lockTimeoutMs: number;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Data keys in a SQLite file of mode 0600, each wrapped by a master key that stands elsewhere. SQLite makes each change
 * atomic and durable, and lets several processes take turns. The file is made when the first key is.
 */
export class FileKeyStore implements KeyStore {
  readonly #options: FileKeyStoreOptions;
  readonly #file: string;
  #opening: Promise<KeyTable> | null = null;
  #master: MasterKey | null = null;

  constructor(options: FileKeyStoreOptions) {
    this.#options = options;
    this.#file = resolve(options.file);
  }

  async current(scope: string): Promise<DataKey> {
    const table = await this.#made();
    const known = await this.#read(() => table.current(scope));
    if (known !== undefined) return this.#unwrapped(known);
    const key = generateKeySync('aes', { length: 256 });
    for (;;) {
      const master = await this.#masterForNew(table);
      const id = newId();
      const kept = { id, scope, master_key: master.fingerprint, wrapped: wrap(master, scope, id, key) };
      const standing = await this.#write(table, () => insertUnlessMoved(table, kept));
      if (standing === kept) return { id, key };
      if (standing !== null) return this.#unwrapped(standing);
    }
  }

  async find(scope: string, id: string): Promise<DataKey | 'destroyed' | null> {
    const table = await this.#present();
    const kept = table && (await this.#read(() => table.one(scope, id)));
    if (kept === null || kept === undefined) return null;
    return kept.wrapped === null ? 'destroyed' : this.#unwrapped(kept);
  }

  async holds(scope: string): Promise<boolean> {
    const table = await this.#present();
    return table !== null && (await this.#read(() => table.current(scope))) !== undefined;
  }

  async destroy(scope: string): Promise<readonly string[]> {
    const table = await this.#present();
    if (table === null) return [];
    const ids = await this.#write(table, () => {
      table.destroy(scope);
      return table.idsOf(scope);
    });
    if (ids.length > 0) await this.#forgetFormerPages(table);
    return ids;
  }

  async rotateMaster(reference: string | null): Promise<RotatedMaster> {
    const own = reference === null ? this.#own() : null;
    const table = await this.#made();
    const next = own === null ? await this.#named(String(reference)) : own.prepareNext();
    const present = await this.#options.master.read();
    const known = new Map([next, ...(present === null ? [] : [present])].map((key) => [key.fingerprint, key]));
    const keys = await this.#write(table, () => {
      for (const kept of table.living()) {
        const master = known.get(kept.master_key);
        if (master === undefined) throw this.#otherMaster(kept.master_key, present);
        const key = kept.wrapped === null ? null : unwrap(master, kept.scope, kept.id, kept.wrapped);
        if (key === null) throw this.#damaged(kept.id);
        table.rewrap(kept.id, wrap(next, kept.scope, kept.id, key), next.fingerprint);
      }
      table.setMasterKey(next.fingerprint);
      return table.living().length;
    });
    await this.#forgetFormerPages(table);
    own?.adoptNext();
    return { keys, master_key: next.fingerprint };
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    this.#master = null;
    const table = await opening?.catch(() => null);
    table?.database.close();
  }

  #own(): OwnMasterKey {
    const { master } = this.#options;
    if (master instanceof OwnMasterKey) return master;
    throw unavailable(
      `the master key is yours, in ${master.where}: Scoria makes no other`,
      'name the new one: --to env:NAME, file:/path or command:program argument ...',
    );
  }

  async #named(reference: string): Promise<MasterKey> {
    const source = this.#options.masterAt(reference);
    const found = await source.read();
    if (found !== null) return found;
    throw unavailable(`there is no master key in ${source.where}`, 'put one there first');
  }

  async #masterForNew(table: KeyTable): Promise<MasterKey> {
    const fingerprint = await this.#read(() => table.masterKey());
    if (fingerprint !== null) return this.#masterNamed(fingerprint);
    // A first one is made only while nothing is wrapped by another.
    const { master } = this.#options;
    return (await master.read()) ?? master.make();
  }

  /** The master key of that fingerprint: read anew where it is not the one at hand, as after a rotation elsewhere. */
  async #masterNamed(fingerprint: string): Promise<MasterKey> {
    if (this.#master?.fingerprint === fingerprint) return this.#master;
    const { master } = this.#options;
    const present = await master.read();
    const next = master instanceof OwnMasterKey ? master.readNext() : null;
    const found = [present, next].find((key) => key?.fingerprint === fingerprint) ?? null;
    if (found === null) throw this.#otherMaster(fingerprint, present);
    // The rotation was cut short after its last key.
    if (found === next && master instanceof OwnMasterKey) master.adoptNext();
    this.#master = found;
    return found;
  }

  async #unwrapped({ id, scope, master_key, wrapped }: KeptKey): Promise<DataKey> {
    const master = await this.#masterNamed(master_key);
    const key = wrapped === null ? null : unwrap(master, scope, id, wrapped);
    if (key === null) throw this.#damaged(id);
    return { id, key };
  }

  #damaged(id: string): ScoriaError {
    const problem = `the key ${id} in the key store ${this.#file} was changed`;
    return unavailable(problem, 'restore the key store from a copy', { file: this.#file, key: id });
  }

  #otherMaster(wanted: string, present: MasterKey | null): ScoriaError {
    const there = present === null ? 'there is none' : `the one there has the fingerprint ${present.fingerprint}`;
    return unavailable(
      `the keys in ${this.#file} are wrapped by master key ${wanted}, and in ${this.#options.master.where} ${there}`,
      'give the master key that the key store was last rotated to: master_key in scoria.yaml, or SCORIA_MASTER_KEY',
      { file: this.#file, master_key: wanted },
    );
  }

  /** `null` while nobody has made one. */
  async #present(): Promise<KeyTable | null> {
    if (this.#opening === null && !isPrivateFile(this.#file)) return null;
    return this.#made();
  }

  #made(): Promise<KeyTable> {
    if (this.#opening !== null) return this.#opening;
    const opening = this.#open();
    this.#opening = opening;
    // One that could not be opened is tried anew by whoever asks next.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }

  #open(): Promise<KeyTable> {
    return this.#explained(async () => {
      // SQLite gives its companions the mode of the file.
      if (!isPrivateFile(this.#file)) makePrivateFile(this.#file, '');
      isPrivateFile(this.#file);
      return whenFree(() => openKeyTable(this.#file), this.#patience());
    });
  }

  #patience() {
    const { lockTimeoutMs } = this.#options;
    const problem = `the key store ${this.#file} is locked: another process holds it for longer than ${lockTimeoutMs} ms`;
    const remedy = 'try again when that process has ended its transaction, or end it';
    return untilLate(lockTimeoutMs, () => unavailable(problem, remedy, { file: this.#file }));
  }

  #read<Result>(work: () => Result): Promise<Result> {
    return this.#explained(() => whenFree(work, this.#patience()));
  }

  #write<Result>({ database }: KeyTable, work: () => Result): Promise<Result> {
    return this.#explained(() => writeTransaction(database, work, this.#patience()));
  }

  async #forgetFormerPages(table: KeyTable): Promise<void> {
    await this.#read(() => {
      if (table.forgetFormerPages()) return;
      throw Object.assign(new Error('a reader holds the write-ahead log'), { errcode: SQLITE_BUSY });
    });
  }

  async #explained<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ScoriaError) throw error;
      if (isFull(error)) {
        const problem = `there is no room left for the key store ${this.#file}`;
        throw unavailable(problem, 'make room on its file system, then give the command again', { file: this.#file });
      }
      const problem = `the key store ${this.#file} cannot be used: ${(error as Error).message}`;
      throw unavailable(problem, 'look at the file, its directory and its disk', { file: this.#file });
    }
  }
}

/** By SQLite's word, or the file system's. */
const isFull = (error: unknown): boolean => {
  const { errcode, code = '' } = error as { readonly errcode?: number; readonly code?: string };
  return errcode === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT';
};

/** The key that stands now: this one, or another process's; `null` when the master key was rotated meanwhile. */
const insertUnlessMoved = (table: KeyTable, kept: KeptKey): KeptKey | null => {
  const faster = table.current(kept.scope);
  if (faster !== undefined) return faster;
  const master = table.masterKey();
  if (master !== null && master !== kept.master_key) return null;
  if (master === null) table.setMasterKey(kept.master_key);
  table.insert(kept);
  return kept;
};
