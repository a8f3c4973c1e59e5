import type { Json } from '../domain/json.ts';
import { isSealed, isShredded, type Sealed, sealedKeysIn } from '../domain/sealed.ts';
import { volumeStream } from '../domain/volume/volume.ts';
import { type SecretField, withSecrets } from '../drivers/secret-fields.ts';
import type { KnownSecrets } from '../known-secrets.ts';
import type { DataKey, KeyStore } from './key-store.ts';
import { seal, unseal } from './sealing.ts';
import { through } from './through.ts';
import { unavailable } from './unavailable.ts';

/** Who calls a driver, and what of its answers is sealed. */
export interface Calling {
  readonly stream: string;
  readonly command: string;
  readonly fields: readonly SecretField[];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

interface Resource {
  readonly id?: unknown;
  readonly volume_id?: unknown;
  readonly provider_auth?: unknown;
  readonly connection_info?: unknown;
}

/** Seals what drivers answer, and opens it for those who may have it. Only here are credentials in the clear. */
export class Vault {
  readonly keys: KeyStore;
  readonly known: KnownSecrets;

  constructor(keys: KeyStore, known: KnownSecrets) {
    this.keys = keys;
    this.known = known;
  }

  /** The driver as operations see it: it is given what is sealed in the open, and answers are sealed as they come. */
  guard<Driver extends object>(driver: Driver, calling: Calling): Driver {
    return through(driver, async (given, call) => {
      const opened = await Promise.all(given.map((argument) => this.#openedResource(argument)));
      const answer = await call(opened);
      try {
        return await this.#sealedAnswer(answer, calling);
      } catch (error) {
        // The effect has happened: this is no failure that leaves nothing behind.
        throw new Error(`what the driver answered could not be sealed: ${(error as Error).message}`, { cause: error });
      }
    });
  }

  /** What is sealed in a value of the stream, in the open; `null` where it was shredded. The value itself stays. */
  async opened<Value>(stream: string, value: Value): Promise<Value> {
    if (typeof value !== 'object' || value === null) return value;
    if (isSealed(value)) return (await this.#open(stream, value)) as Value;
    if (isShredded(value)) return null as Value;
    let copy: Record<string, unknown> | null = null;
    for (const [key, member] of Object.entries(value)) {
      const opened = await this.opened(stream, member);
      if (opened === member) continue;
      copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
      copy[key] = opened;
    }
    return (copy ?? value) as Value;
  }

  /** Throws `KeyStoreUnavailable` where something sealed in a value of the stream would not open. */
  async assertOpens(stream: string, value: unknown): Promise<void> {
    for (const id of sealedKeysIn(value)) await this.#key(stream, id);
  }

  async #key(stream: string, id: string): Promise<DataKey | 'destroyed'> {
    const key = await this.keys.find(stream, id);
    if (key !== null) return key;
    throw unavailable(
      `the key ${id} of ${stream} is not in the key store`,
      'use the key store that was used when it was sealed; `scoria volume shred-secrets` gives the credential up',
      { stream, key: id },
    );
  }

  async #open(stream: string, sealed: Sealed): Promise<Json> {
    const { key: id, path } = sealed.sealed;
    const key = await this.#key(stream, id);
    if (key === 'destroyed') return null;
    const value = unseal(stream, sealed, key.key);
    if (value === undefined) {
      throw unavailable(
        `what is sealed at ${path} in ${stream} was changed, or belongs elsewhere`,
        'look at the record: `scoria events export` and `load` check it',
        { stream, key: id },
      );
    }
    this.known.learn(value);
    return value;
  }

  /** Of a volume or a connection, what can be sealed. Other arguments hold nothing of the record. */
  async #openedResource(argument: unknown): Promise<unknown> {
    if (typeof argument !== 'object' || argument === null) return argument;
    const { id, volume_id = id, provider_auth, connection_info } = argument as Resource;
    if (typeof volume_id !== 'string') return argument;
    const sealed = {
      ...(isObject(provider_auth) ? { provider_auth } : {}),
      ...(isObject(connection_info) ? { connection_info } : {}),
    };
    const opened = await this.opened(volumeStream(volume_id), sealed);
    return opened === sealed ? argument : { ...argument, ...opened };
  }

  #sealedAnswer(answer: unknown, { stream, command, fields }: Calling): Promise<unknown> {
    return withSecrets(answer, fields, async (value, path) => {
      this.known.learn(value);
      return seal({ stream, command, path }, await this.keys.current(stream), value as Json);
    });
  }
}
