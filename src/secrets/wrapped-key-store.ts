import { generateKeySync } from 'node:crypto';
import type { ScoriaError } from '../domain/errors.ts';
import { newId } from '../new-id.ts';
import type { DataKey, KeyStore, RotatedMaster } from './key-store.ts';
import type { KeptKey, KeyTable } from './key-table.ts';
import { type MasterKey, type MasterKeySource, OwnMasterKey, unwrap, wrap } from './master-key.ts';
import { unavailable } from './unavailable.ts';

export interface WrappedKeyStoreOptions {
  readonly table: KeyTable;
  readonly master: MasterKeySource;
  /** How a reference that a rotation names leads to a key. */
  readonly masterAt: (reference: string) => MasterKeySource;
}

/** Data keys in a table, each wrapped by a master key that stands elsewhere. */
export class WrappedKeyStore implements KeyStore {
  readonly #table: KeyTable;
  readonly #options: WrappedKeyStoreOptions;
  #master: MasterKey | null = null;

  constructor(options: WrappedKeyStoreOptions) {
    this.#options = options;
    this.#table = options.table;
  }

  async current(scope: string): Promise<DataKey> {
    await this.#table.make();
    const known = await this.#table.current(scope);
    if (known !== null) return this.#unwrapped(known);
    const key = generateKeySync('aes', { length: 256 });
    for (;;) {
      const master = await this.#masterForNew();
      const id = newId();
      const kept = { id, scope, master_key: master.fingerprint, wrapped: wrap(master, scope, id, key) };
      const standing = await this.#table.insert(kept);
      if (standing?.id === id) return { id, key };
      if (standing !== null) return this.#unwrapped(standing);
    }
  }

  async find(scope: string, id: string): Promise<DataKey | 'destroyed' | null> {
    const kept = await this.#table.one(scope, id);
    return kept === null || kept === 'destroyed' ? kept : this.#unwrapped(kept);
  }

  async holds(scope: string): Promise<boolean> {
    return (await this.#table.current(scope)) !== null;
  }

  destroy(scope: string): Promise<readonly string[]> {
    return this.#table.destroy(scope);
  }

  async assertReady(): Promise<void> {
    const fingerprint = await this.#table.masterKey();
    await (fingerprint === null ? this.#options.master.read() : this.#masterNamed(fingerprint));
  }

  async rotateMaster(reference: string | null): Promise<RotatedMaster> {
    const own = reference === null ? this.#own() : null;
    await this.#table.make();
    const next = own === null ? await this.#named(String(reference)) : own.prepareNext();
    const present = await this.#options.master.read();
    const known = new Map([next, ...(present === null ? [] : [present])].map((key) => [key.fingerprint, key]));
    const keys = await this.#table.rewrap(next.fingerprint, ({ id, scope, master_key, wrapped }) => {
      const master = known.get(master_key);
      if (master === undefined) throw this.#otherMaster(master_key, present);
      const key = unwrap(master, scope, id, wrapped);
      if (key === null) throw this.#damaged(id);
      return wrap(next, scope, id, key);
    });
    own?.adoptNext();
    return { keys, master_key: next.fingerprint };
  }

  async close(): Promise<void> {
    this.#master = null;
    await this.#table.close();
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

  async #masterForNew(): Promise<MasterKey> {
    const fingerprint = await this.#table.masterKey();
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
    const key = unwrap(master, scope, id, wrapped);
    if (key === null) throw this.#damaged(id);
    return { id, key };
  }

  #damaged(id: string): ScoriaError {
    const { name } = this.#table;
    const problem = `the key ${id} in the key store ${name} was changed`;
    return unavailable(problem, 'restore the key store from a copy', { key_store: name, key: id });
  }

  #otherMaster(wanted: string, present: MasterKey | null): ScoriaError {
    const { name } = this.#table;
    const there = present === null ? 'there is none' : `the one there has the fingerprint ${present.fingerprint}`;
    return unavailable(
      `the keys in ${name} are wrapped by master key ${wanted}, and in ${this.#options.master.where} ${there}`,
      'give the master key that the key store was last rotated to: master_key in scoria.yaml, or SCORIA_MASTER_KEY',
      { key_store: name, master_key: wanted },
    );
  }
}
