import { ScoriaError } from '../domain/errors.ts';
import { sealedKeysIn } from '../domain/sealed.ts';
import type { KeyStore } from '../secrets/key-store.ts';

/** A stream with sealed credentials that do not open with the key store at hand. */
export interface UnreadableSecrets {
  readonly stream: string;
  /** `missing`: this key store never had the key. `unavailable`: `problem` says why keys cannot be had. */
  readonly reason: 'missing' | 'destroyed' | 'unavailable';
  readonly problem: string | null;
}

/** The keys that events passing by need, by stream. */
export class SealedKeys {
  readonly #ids = new Map<string, Set<string>>();

  /** The body of an event. Few hold anything sealed, and only these are parsed. */
  note(stream: string, body: string): void {
    if (!body.includes('"sealed":{')) return;
    for (const id of sealedKeysIn(JSON.parse(body))) {
      const ids = this.#ids.get(stream) ?? new Set();
      this.#ids.set(stream, ids.add(id));
    }
  }

  get streams(): readonly string[] {
    return [...this.#ids.keys()].sort();
  }

  /** The streams of which something does not open, each with the first reason. */
  async unreadableWith(keys: Pick<KeyStore, 'find'>): Promise<readonly UnreadableSecrets[]> {
    const unreadable: UnreadableSecrets[] = [];
    // What is wrong with the store is wrong for all keys, and is not asked for each.
    let problem: string | null = null;
    for (const stream of this.streams) {
      for (const id of this.#ids.get(stream) ?? []) {
        const found: Why | null =
          problem === null ? await whyUnreadable(keys, stream, id) : { reason: 'unavailable', problem };
        if (found === null) continue;
        if (found.reason === 'unavailable' && !found.isOfOneKey) problem = found.problem;
        unreadable.push({ stream, reason: found.reason, problem: found.problem });
        break;
      }
    }
    return unreadable;
  }
}

interface Why extends Omit<UnreadableSecrets, 'stream'> {
  readonly isOfOneKey?: boolean;
}

const whyUnreadable = async (keys: Pick<KeyStore, 'find'>, stream: string, id: string): Promise<Why | null> => {
  try {
    const found = await keys.find(stream, id);
    if (found === null) return { reason: 'missing', problem: null };
    return found === 'destroyed' ? { reason: 'destroyed', problem: null } : null;
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    return { reason: 'unavailable', problem: error.message, isOfOneKey: 'key' in error.rejection.details };
  }
};
