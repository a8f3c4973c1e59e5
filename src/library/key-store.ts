import { realpathSync } from 'node:fs';
import type { SecretReference } from '../drivers/options.ts';
import type { EventLog } from '../eventlog/port.ts';
import { isLogUrl } from '../log-url.ts';
import type { KeyStore } from '../secrets/key-store.ts';
import { createMemoryKeyStore } from '../secrets/memory-key-store.ts';
import {
  commandKeyStore,
  keyStoreBeside,
  keyStoreOfUser,
  noKeyStore,
  openKeyStore,
  sharedKeyStore,
} from '../secrets/open-key-store.ts';
import { logNameOf } from './log-credential.ts';
import { keyTableAt, type ServerSurroundings } from './open-log.ts';

/** A key store that is a program, with its arguments. */
export interface KeyStoreCommand {
  readonly command: readonly string[];
}

/** What of an engine's options says where keys are. */
export interface KeyPlace {
  readonly log: string | EventLog;
  readonly keyStore?: string | KeyStoreCommand | KeyStore | undefined;
  readonly masterKey?: SecretReference | string | undefined;
}

const isCommand = (given: KeyStoreCommand | KeyStore): given is KeyStoreCommand => 'command' in given;

/** The key store of a log. Nothing is opened, or made, before it is needed. */
export const keyStoreOf = async (
  { log, keyStore, masterKey }: KeyPlace,
  surroundings: ServerSurroundings,
): Promise<KeyStore> => {
  if (typeof keyStore === 'object') {
    return isCommand(keyStore) ? commandKeyStore(keyStore.command, masterKey, surroundings) : keyStore;
  }
  const inFile = (file: string) => openKeyStore({ file, masterKey }, surroundings);
  if (keyStore !== undefined) return inFile(keyStore);
  if (log === ':memory:') return createMemoryKeyStore();
  if (typeof log !== 'string') return inFile(keyStoreOfUser());
  // Beside the log itself: processes that know it by different links share its keys.
  if (!isLogUrl(log)) return inFile(keyStoreBeside(realpathSync(log)));
  const table = await keyTableAt(log, surroundings);
  return table === null ? noKeyStore(logNameOf(log)) : sharedKeyStore(table, masterKey, surroundings);
};
