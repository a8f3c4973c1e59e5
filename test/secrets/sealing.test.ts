import { generateKeySync, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Sealed } from '../../src/domain/sealed.ts';
import { seal, unseal } from '../../src/secrets/sealing.ts';

const key = { id: 'key-1', key: generateKeySync('aes', { length: 256 }) };
const place = { stream: 'volume-a', command: randomUUID(), path: '/connection_info/data/auth_password' };
const sealed = seal(place, key, 'word');

const with_ = (change: Partial<Sealed['sealed']>): Sealed => ({ sealed: { ...sealed.sealed, ...change } });

const flipped = (base64: string): string => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return bytes.toString('base64');
};

describe('what is sealed', () => {
  test('opens under its key, in its stream', () => {
    expect(unseal('volume-a', sealed, key.key)).toBe('word');
    expect(unseal('volume-b', sealed, key.key)).toBeUndefined();
    expect(unseal('volume-a', sealed, generateKeySync('aes', { length: 256 }))).toBeUndefined();
  });

  test.each([
    ['another command', { command: randomUUID() }],
    ['another place', { path: '/model_update/provider_auth' }],
    ['the id of another key', { key: 'key-2' }],
    ['another initialisation vector', { iv: flipped(sealed.sealed.iv) }],
    ['another tag', { tag: flipped(sealed.sealed.tag) }],
    ['a tag cut short', { tag: 'AAECAw==' }],
    ['another ciphertext', { ciphertext: flipped(sealed.sealed.ciphertext) }],
  ])('opens no more with %s', (_, change) => {
    expect(unseal('volume-a', with_(change), key.key)).toBeUndefined();
  });

  test('may be any JSON', () => {
    for (const value of ['é🌋', ['a', { b: 1 }], 7, true])
      expect(unseal('volume-a', seal(place, key, value), key.key)).toEqual(value);
  });

  test('does not look alike twice, and does not tell its length', () => {
    const again = seal(place, key, 'word');
    expect(again.sealed.iv).not.toBe(sealed.sealed.iv);
    expect(again.sealed.ciphertext).not.toBe(sealed.sealed.ciphertext);
    const longer = seal(place, key, 'a word that is eleven times as long as it');
    expect(longer.sealed.ciphertext.length).toBe(sealed.sealed.ciphertext.length);
  });
});
