import { homedir } from 'node:os';
import { join } from 'node:path';
import { REFERENCE_FORMS, type SecretReference, secret } from '../drivers/options.ts';
import { FileKeyStore } from './file-key-store.ts';
import type { KeyStore } from './key-store.ts';
import { type MasterKeySource, OwnMasterKey, referredMasterKey } from './master-key.ts';
import { type Revealing, revealing } from './reveal.ts';
import { unavailable } from './unavailable.ts';

export interface KeyStorePlace {
  /** The path of a key store. */
  readonly file: string;
  /** A reference to the master key; a file beside the key store, made when it is first needed, unless given. */
  readonly masterKey?: SecretReference | string | undefined;
}

export interface KeyStoreEnvironment extends Revealing {
  readonly lockTimeoutMs: number;
}

/** Beside a log that is a file. */
export const keyStoreBeside = (log: string): string => `${log}.keys`;

/** For logs that are no file of this host. */
export const keyStoreOfUser = (environment: Readonly<Record<string, string | undefined>> = process.env): string =>
  join(environment.XDG_STATE_HOME || join(homedir(), '.local/state'), 'scoria', 'scoria.keys');

/** Nothing is opened, or made, before it is needed. */
export const openKeyStore = (place: KeyStorePlace, environment: KeyStoreEnvironment): KeyStore => {
  const masterAt = (given: SecretReference | string) => sourceOf(given, environment);
  return new FileKeyStore({
    file: place.file,
    master: place.masterKey === undefined ? new OwnMasterKey(`${place.file}.master-key`) : masterAt(place.masterKey),
    masterAt,
    lockTimeoutMs: environment.lockTimeoutMs,
  });
};

const sourceOf = (given: SecretReference | string, environment: KeyStoreEnvironment): MasterKeySource => {
  const parsed = secret().safeParse(given);
  // Never what was given: it could be the key itself.
  if (!parsed.success) throw unavailable('the master key is not given by a reference', `give ${REFERENCE_FORMS}`);
  const reference = parsed.data as unknown as SecretReference;
  const missing = (problem: string, remedy: string) => unavailable(`the master key: ${problem}`, remedy);
  return referredMasterKey(reference, revealing(reference, environment, missing));
};
