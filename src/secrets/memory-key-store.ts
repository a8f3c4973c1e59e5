import { generateKeySync } from 'node:crypto';
import { newId } from '../new-id.ts';
import type { DataKey, KeyStore } from './key-store.ts';

type Kept = Map<string, DataKey | 'destroyed'>;

/** Keys in this process's memory, for logs in memory: they end together. */
export const createMemoryKeyStore = (): KeyStore => {
  const scopes = new Map<string, Kept>();
  const living = (scope: string): DataKey | undefined =>
    [...(scopes.get(scope)?.values() ?? [])].findLast((key) => key !== 'destroyed');
  return {
    async current(scope) {
      const known = living(scope);
      if (known !== undefined) return known;
      const made: DataKey = { id: newId(), key: generateKeySync('aes', { length: 256 }) };
      const kept: Kept = scopes.get(scope) ?? new Map();
      scopes.set(scope, kept.set(made.id, made));
      return made;
    },
    find: async (scope, id) => scopes.get(scope)?.get(id) ?? null,
    holds: async (scope) => living(scope) !== undefined,
    async destroy(scope) {
      const kept = scopes.get(scope) ?? new Map();
      for (const id of kept.keys()) kept.set(id, 'destroyed');
      return [...kept.keys()];
    },
    async close() {},
  };
};
