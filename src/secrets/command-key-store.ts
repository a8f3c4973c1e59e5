import { createSecretKey, generateKeySync, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { CommandError } from '../drivers/command-runner.ts';
import { COMMAND_TIMEOUT_MS, whyNotHad } from '../drivers/resolve-secrets.ts';
import { newId } from '../new-id.ts';
import { Secret } from '../secret.ts';
import type { DataKey, KeyStore } from './key-store.ts';
import type { Revealing } from './reveal.ts';
import { unavailable } from './unavailable.ts';

/** So many keys that were found are kept in memory: a command may open the credentials of a volume several times. */
const MOST_KEPT = 256;

const Key = z.strictObject({
  id: z.string().min(1),
  key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
});
const Current = z.strictObject({ key: Key.nullable() });
const Found = z.strictObject({ key: z.union([Key, z.literal('destroyed')]).nullable() });
const Destroyed = z.strictObject({ destroyed: z.array(z.string().min(1)).readonly() });

/** One line of JSON on the program's standard input. */
type Request =
  | { readonly do: 'current'; readonly scope: string; readonly offer?: z.infer<typeof Key> }
  | { readonly do: 'find'; readonly scope: string; readonly id: string }
  | { readonly do: 'destroy'; readonly scope: string };

const dataKeyOf = ({ id, key }: z.infer<typeof Key>): DataKey => ({
  id,
  key: createSecretKey(Buffer.from(key, 'base64')),
});

const base64Of = (key: KeyObject): string => key.export().toString('base64');

/**
 * Keys that a program keeps: in a vault, say. It is started for each question, reads one line of JSON and prints one
 * (`docs/how-to/key-store-command.md`). Keys go through its standard input and output alone.
 */
export class CommandKeyStore implements KeyStore {
  readonly #command: readonly string[];
  readonly #revealing: Revealing;
  readonly #kept = new Map<string, DataKey>();

  constructor(command: readonly string[], revealing: Revealing) {
    this.#command = command;
    this.#revealing = revealing;
  }

  /** Never from memory: another host may have destroyed it. */
  async current(scope: string): Promise<DataKey> {
    const offer = { id: newId(), key: base64Of(generateKeySync('aes', { length: 256 })) };
    this.#revealing.known.learn(offer.key);
    const { key } = await this.#ask({ do: 'current', scope, offer }, Current);
    const isAnother = key?.id !== offer.id;
    if (key === null || (!isAnother && key.key !== offer.key)) throw this.#malformed();
    return this.#keep(scope, dataKeyOf(key));
  }

  async find(scope: string, id: string): Promise<DataKey | 'destroyed' | null> {
    const kept = this.#kept.get(nameOf(scope, id));
    if (kept !== undefined) return kept;
    const { key } = await this.#ask({ do: 'find', scope, id }, Found);
    if (key === null || key === 'destroyed') return key;
    if (key.id !== id) throw this.#malformed();
    return this.#keep(scope, dataKeyOf(key));
  }

  async holds(scope: string): Promise<boolean> {
    return (await this.#ask({ do: 'current', scope }, Current)).key !== null;
  }

  async assertReady(scope: string): Promise<void> {
    await this.holds(scope);
  }

  async destroy(scope: string): Promise<readonly string[]> {
    const { destroyed } = await this.#ask({ do: 'destroy', scope }, Destroyed);
    for (const id of destroyed) this.#kept.delete(nameOf(scope, id));
    return destroyed;
  }

  async close(): Promise<void> {
    this.#kept.clear();
  }

  #keep(scope: string, key: DataKey): DataKey {
    this.#kept.set(nameOf(scope, key.id), key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return key;
  }

  async #ask<Answer>(request: Request, schema: z.ZodType<Answer>): Promise<Answer> {
    const [program = '', ...args] = this.#command;
    const input = new Secret(`${JSON.stringify({ v: 1, ...request })}\n`);
    const { stdout } = await this.#revealing
      .run(program, args, { input, timeoutMs: COMMAND_TIMEOUT_MS })
      .catch((error: CommandError) => {
        throw this.#unusable(whyNotHad(error).problem, 'see why that program fails: it is the key store');
      });
    const parsed = schema.safeParse(parsedJson(stdout));
    if (!parsed.success) throw this.#malformed();
    const { key } = parsed.data as { readonly key?: unknown };
    this.#revealing.known.learn((key as { readonly key?: unknown } | null)?.key);
    return parsed.data;
  }

  /** Never with what was printed: it may be a key. */
  #malformed() {
    return this.#unusable(
      'is not what was asked for',
      'compare what the program prints with the page about key stores that are programs',
    );
  }

  #unusable(problem: string, remedy: string) {
    const [program = ''] = this.#command;
    return unavailable(`the key store's answer, which the command ${program} prints, ${problem}`, remedy, { program });
  }
}

const nameOf = (scope: string, id: string): string => `${scope}\n${id}`;

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
