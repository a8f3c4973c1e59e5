import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DataKey, KeyStore } from '../../src/secrets/key-store.ts';

export const bytesOf = (key: DataKey | 'destroyed' | null): string => {
  if (key === null || key === 'destroyed') throw new Error(`the key is ${key}`);
  return key.key.export().toString('hex');
};

export const masterFile = (directory: string, name: string): string => {
  const file = join(directory, name);
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
};

/** What every key store does, wherever its keys are. */
export const keyStoreSuite = (make: () => KeyStore | Promise<KeyStore>): void => {
  test('gives a scope one key, and each scope its own', async () => {
    const store = await make();
    expect(await store.holds('volume-a')).toBe(false);
    const first = await store.current('volume-a');
    expect(bytesOf(await store.current('volume-a'))).toBe(bytesOf(first));
    expect(bytesOf(await store.find('volume-a', first.id))).toBe(bytesOf(first));
    expect(await store.holds('volume-a')).toBe(true);
    const other = await store.current('volume-b');
    expect(bytesOf(other)).not.toBe(bytesOf(first));
    expect(await store.find('volume-b', first.id)).toBeNull();
  });

  test('destroys the keys of a scope and no others, and a new one is made when it is needed', async () => {
    const store = await make();
    const [one, other] = [await store.current('volume-a'), await store.current('volume-b')];
    expect(await store.destroy('volume-a')).toEqual([one.id]);
    expect(await store.destroy('volume-a')).toEqual([one.id]);
    expect(await store.find('volume-a', one.id)).toBe('destroyed');
    expect(await store.holds('volume-a')).toBe(false);
    expect(bytesOf(await store.find('volume-b', other.id))).toBe(bytesOf(other));
    const next = await store.current('volume-a');
    expect(next.id).not.toBe(one.id);
    expect(await store.destroy('volume-a')).toEqual([one.id, next.id]);
    expect(await store.destroy('volume-never')).toEqual([]);
  });
};
