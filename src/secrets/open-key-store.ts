import { homedir } from 'node:os';
import { join } from 'node:path';
import { REFERENCE_FORMS, type SecretReference, secret } from '../drivers/options.ts';
import { CommandKeyStore } from './command-key-store.ts';
import { FileKeyTable } from './file-key-table.ts';
import type { KeyStore } from './key-store.ts';
import type { KeyTable } from './key-table.ts';
import { type MasterKeySource, noMasterKey, OwnMasterKey, referredMasterKey } from './master-key.ts';
import { type Revealing, revealing } from './reveal.ts';
import { unavailable } from './unavailable.ts';
import { WrappedKeyStore } from './wrapped-key-store.ts';

type MasterKeyReference = SecretReference | string | undefined;

export interface KeyStoreEnvironment extends Revealing {
  readonly lockTimeoutMs: number;
}

/** Beside a log that is a file. */
export const keyStoreBeside = (log: string): string => `${log}.keys`;

/** For event logs of one's own. */
export const keyStoreOfUser = (environment: Readonly<Record<string, string | undefined>> = process.env): string =>
  join(environment.XDG_STATE_HOME || join(homedir(), '.local/state'), 'scoria', 'scoria.keys');

/**
 * A file, whose master key is in a file beside it, made when it is first needed, unless a reference is given. Nothing is
 * opened, or made, before it is needed.
 */
export const openKeyStore = (
  { file, masterKey }: { readonly file: string; readonly masterKey?: MasterKeyReference },
  environment: KeyStoreEnvironment,
): KeyStore =>
  wrappedIn(
    new FileKeyTable(file, environment.lockTimeoutMs),
    masterKey === undefined ? new OwnMasterKey(`${file}.master-key`) : sourceOf(masterKey, environment),
    environment,
  );

/** A table that hosts share, whose master key all of them are given. */
export const sharedKeyStore = (table: KeyTable, masterKey: MasterKeyReference, revealed: Revealing): KeyStore =>
  wrappedIn(table, masterKey === undefined ? noMasterKey(table.name) : sourceOf(masterKey, revealed), revealed);

export const commandKeyStore = (
  command: readonly string[],
  masterKey: MasterKeyReference,
  revealed: Revealing,
): KeyStore => {
  if (masterKey === undefined) return new CommandKeyStore(command, revealed);
  throw unavailable(
    'the key store is a program, and a master key is given, which nothing would be wrapped by',
    'take out master_key (or SCORIA_MASTER_KEY): what the program keeps, it protects itself',
  );
};

/** For a log that hosts share and that has no place for keys: keys on one host would be the others' loss. */
export const noKeyStore = (log: string): KeyStore => {
  const refuse = async (): Promise<never> => {
    throw unavailable(
      `no key store is set, and the log ${log} has no place for keys`,
      `set key_store to a program that all hosts have ({ command: [...] }), or to a file where one host works alone, such as ${keyStoreOfUser()}`,
      { log },
    );
  };
  return {
    current: refuse,
    find: refuse,
    holds: refuse,
    destroy: refuse,
    assertReady: refuse,
    async close() {},
  };
};

const wrappedIn = (table: KeyTable, master: MasterKeySource, revealed: Revealing): KeyStore =>
  new WrappedKeyStore({ table, master, masterAt: (reference) => sourceOf(reference, revealed) });

const sourceOf = (given: SecretReference | string, revealed: Revealing): MasterKeySource => {
  const parsed = secret().safeParse(given);
  // Never what was given: it could be the key itself.
  if (!parsed.success) throw unavailable('the master key is not given by a reference', `give ${REFERENCE_FORMS}`);
  const reference = parsed.data as unknown as SecretReference;
  const missing = (problem: string, remedy: string) => unavailable(`the master key: ${problem}`, remedy);
  return referredMasterKey(reference, revealing(reference, revealed, missing));
};
