import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import type { SecretReference } from '../drivers/options.ts';
import { decrypt, encrypt } from './encryption.ts';
import { makePrivateFile, readPrivateFile, syncDirectoryOf } from './private-file.ts';
import { unavailable } from './unavailable.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Wraps the data keys of a key store. */
export interface MasterKey {
  /** Tells master keys apart, and tells nothing of them. */
  readonly fingerprint: string;
  readonly wrapping: KeyObject;
}

/** Where a master key comes from, each time that it is needed. */
export interface MasterKeySource {
  /** In words: `file /etc/scoria/master-key`. */
  readonly where: string;
  /** The key, `null` where none is yet. */
  read(): Promise<MasterKey | null>;
  /** Makes the first one, or answers that which another process made meanwhile; refused where it is the user's. */
  make(): Promise<MasterKey>;
}

const derived = (material: Uint8Array, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', material, '', `scoria/${purpose}/v1`, bytes));

/** 32 bytes as hexadecimal digits or base64; `null` for what is not. */
export const masterKeyOf = (text: string): MasterKey | null => {
  const trimmed = text.trim();
  const material = /^[0-9a-f]{64}$/i.test(trimmed)
    ? Buffer.from(trimmed, 'hex')
    : /^[A-Za-z0-9+/]{43}=$/.test(trimmed)
      ? Buffer.from(trimmed, 'base64')
      : null;
  if (material === null || material.length !== KEY_BYTES) return null;
  return {
    fingerprint: derived(material, 'master-key-fingerprint', 8).toString('hex'),
    wrapping: createSecretKey(derived(material, 'wrapping-key', KEY_BYTES)),
  };
};

const checkedKey = (text: string, where: string): MasterKey => {
  const key = masterKeyOf(text);
  if (key !== null) return key;
  throw unavailable(
    `the master key in ${where} is not 32 bytes as 64 hexadecimal digits or in base64`,
    '`openssl rand -base64 32` makes one',
  );
};

/** The master key that a reference of the configuration leads to. */
export const referredMasterKey = (reference: SecretReference, read: () => Promise<string>): MasterKeySource => {
  const where =
    'env' in reference
      ? `environment variable ${reference.env}`
      : 'file' in reference
        ? `file ${reference.file}`
        : `what ${reference.command[0]} prints`;
  const found = async () => checkedKey(await read(), where);
  return { where, read: found, make: found };
};

/** For a key store that hosts share: a key that one of them made would be the others' loss. */
export const noMasterKey = (keyStore: string): MasterKeySource => {
  const refuse = async (): Promise<never> => {
    throw unavailable(
      `the key store ${keyStore} is shared by hosts, and no master key is given`,
      'put one where every host can read it (`openssl rand -base64 32` makes one), and name it: master_key in scoria.yaml, or SCORIA_MASTER_KEY',
      { key_store: keyStore },
    );
  };
  return { where: 'the configuration', read: refuse, make: refuse };
};

const newMaterial = (): string => `${randomBytes(KEY_BYTES).toString('base64')}\n`;

/** A file that Scoria makes when it first needs a master key and nobody configured one. */
export class OwnMasterKey implements MasterKeySource {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get where(): string {
    return `file ${this.#file}`;
  }

  async read(): Promise<MasterKey | null> {
    const text = readPrivateFile(this.#file);
    return text === null ? null : checkedKey(text, this.where);
  }

  async make(): Promise<MasterKey> {
    makePrivateFile(this.#file, newMaterial());
    const made = await this.read();
    if (made === null) throw unavailable(`${this.where} is gone again`, 'see who removed it');
    return made;
  }

  get #next(): string {
    return `${this.#file}.next`;
  }

  /** The key that a rotation goes to: durable before any key is wrapped by it, and the same when it is begun again. */
  prepareNext(): MasterKey {
    makePrivateFile(this.#next, newMaterial());
    const text = readPrivateFile(this.#next);
    if (text === null) throw unavailable(`file ${this.#next} is gone again`, 'see who removed it');
    return checkedKey(text, `file ${this.#next}`);
  }

  /** What a rotation that was cut short left, if there is one. */
  readNext(): MasterKey | null {
    const text = readPrivateFile(this.#next);
    return text === null ? null : checkedKey(text, `file ${this.#next}`);
  }

  /** The rotation has come to its end: no key is wrapped by the old one any more. */
  adoptNext(): void {
    try {
      renameSync(this.#next, this.#file);
      syncDirectoryOf(this.#file);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

const boundTo = (scope: string, id: string): string => `scoria/wrapped-key/v1\n${scope}\n${id}`;

/** A data key as the key store keeps it: IV, tag and ciphertext. */
export const wrap = ({ wrapping }: MasterKey, scope: string, id: string, key: KeyObject): Buffer => {
  const { iv, tag, ciphertext } = encrypt(wrapping, boundTo(scope, id), key.export());
  return Buffer.concat([iv, tag, ciphertext]);
};

/** `null` when it was wrapped by another master key, or changed since. */
export const unwrap = ({ wrapping }: MasterKey, scope: string, id: string, wrapped: Uint8Array): KeyObject | null => {
  const bytes = Buffer.from(wrapped);
  const key = decrypt(wrapping, boundTo(scope, id), {
    iv: bytes.subarray(0, IV_BYTES),
    tag: bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES),
    ciphertext: bytes.subarray(IV_BYTES + TAG_BYTES),
  });
  return key === null ? null : createSecretKey(key);
};
