import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import { KnownSecrets } from '../../src/known-secrets.ts';
import { silentLogger } from '../../src/logging.ts';
import type { KeyStore } from '../../src/secrets/key-store.ts';
import { createMemoryKeyStore } from '../../src/secrets/memory-key-store.ts';
import { keyStoreOfUser, openKeyStore } from '../../src/secrets/open-key-store.ts';
import { bytesOf, keyStoreSuite, masterFile } from './key-store-suite.ts';
import { scratch } from './scratch.ts';

const run = createCommandRunner({ rootHelper: '', log: silentLogger });

const opened = (file: string, masterKey?: string): KeyStore => {
  const store = openKeyStore({ file, masterKey }, { run, known: new KnownSecrets(), lockTimeoutMs: 2_000 });
  onTestFinished(() => store.close());
  return store;
};

describe('a key store in a file', () => keyStoreSuite(() => opened(join(scratch(), 'keys'))));
describe('a key store in memory', () => keyStoreSuite(createMemoryKeyStore));

describe('the file of a key store', () => {
  test('is made with the first key, for its owner alone, and so is the master key', async () => {
    const directory = scratch();
    const store = opened(join(directory, 'keys'));
    expect(await store.find('volume-a', 'any')).toBeNull();
    expect(await store.destroy('volume-a')).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
    const key = await store.current('volume-a');
    const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]);
    expect(modes).toEqual([
      ['keys', 0o600],
      ['keys-shm', 0o600],
      ['keys-wal', 0o600],
      ['keys.master-key', 0o600],
    ]);
    const held = Buffer.concat(['keys', 'keys-wal'].map((name) => readFileSync(join(directory, name))));
    expect(held.includes(Buffer.from(bytesOf(key), 'hex'))).toBe(false);
  });

  test('is refused when others may read it, and so is its master key', async () => {
    const file = join(scratch(), 'keys');
    await opened(file).current('volume-a');
    for (const readable of [file, `${file}.master-key`]) {
      chmodSync(readable, 0o640);
      await expect(opened(file).current('volume-a')).rejects.toMatchObject({
        code: 'KeyStoreUnavailable',
        message: expect.stringContaining('its mode is 0640'),
        remedy: `chmod 600 ${readable}`,
      });
      chmodSync(readable, 0o600);
    }
    await opened(file).current('volume-a');
  });

  test('is the same for several at once: one key for a scope', async () => {
    const file = join(scratch(), 'keys');
    const stores = Array.from({ length: 6 }, () => opened(file));
    const keys = await Promise.all(stores.flatMap((store) => [store.current('volume-a'), store.current('volume-b')]));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(2);
    expect(new Set(keys.map(bytesOf)).size).toBe(2);
  });

  test('holds nothing of a destroyed key, nor does its write-ahead log', async () => {
    const file = join(scratch(), 'keys');
    const store = opened(file);
    const { id } = await store.current('volume-a');
    const wrapped = () => {
      const database = new DatabaseSync(file);
      const row = database.prepare('SELECT wrapped FROM keys WHERE id = ?').get(id);
      database.close();
      return row?.wrapped as Uint8Array | null;
    };
    const before = Buffer.from(wrapped() ?? []);
    expect(before.length).toBeGreaterThan(32);
    await store.destroy('volume-a');
    expect(wrapped()).toBeNull();
    for (const part of [file, `${file}-wal`]) {
      if (existsSync(part)) expect(readFileSync(part).includes(before)).toBe(false);
    }
  });

  test('is no other database, and no other file', async () => {
    const directory = scratch();
    const database = join(directory, 'other.db');
    new DatabaseSync(database).exec('CREATE TABLE mine (a)');
    const text = join(directory, 'text');
    writeFileSync(text, 'not a database, but longer than its header would be: '.repeat(30));
    for (const file of [database, text, directory]) {
      if (file !== directory) chmodSync(file, 0o600);
      await expect(opened(file).current('volume-a')).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
    }
    expect(readFileSync(text, 'utf8')).toContain('not a database');
  });

  test('stands in the state directory of the user for logs that are no file', () => {
    expect(keyStoreOfUser({ XDG_STATE_HOME: '/state' })).toBe('/state/scoria/scoria.keys');
    expect(keyStoreOfUser({})).toMatch(/\/\.local\/state\/scoria\/scoria\.keys$/);
  });
});

describe('a master key', () => {
  test.each([
    ['base64', 'base64'],
    ['hexadecimal digits', 'hex'],
  ] as const)('is taken from where a reference leads, in %s', async (_, encoding) => {
    const directory = scratch();
    const master = join(directory, 'master');
    const material = randomBytes(32);
    writeFileSync(master, material.toString(encoding));
    const file = join(directory, 'keys');
    const key = await opened(file, `file:${master}`).current('volume-a');
    expect(bytesOf(await opened(file, `command:cat ${master}`).find('volume-a', key.id))).toBe(bytesOf(key));
    process.env.SCORIA_TEST_MASTER = material.toString('base64');
    onTestFinished(() => void delete process.env.SCORIA_TEST_MASTER);
    expect(bytesOf(await opened(file, 'env:SCORIA_TEST_MASTER').find('volume-a', key.id))).toBe(bytesOf(key));
    expect(existsSync(`${file}.master-key`)).toBe(false);
  });

  test.each(['correct horse battery staple', randomBytes(31).toString('base64'), randomBytes(33).toString('hex')])(
    'is 32 bytes, and no pass phrase: %s is not repeated',
    async (text) => {
      const directory = scratch();
      const master = join(directory, 'master');
      writeFileSync(master, text);
      const refusal = await opened(join(directory, 'keys'), `file:${master}`)
        .current('volume-a')
        .catch((error) => error);
      expect(refusal).toMatchObject({ code: 'KeyStoreUnavailable', remedy: expect.stringContaining('openssl rand') });
      expect(JSON.stringify(refusal) + refusal.stack).not.toContain(text);
    },
  );

  test('that is no reference is not repeated', () => {
    const text = randomBytes(32).toString('base64');
    expect(() => opened(join(scratch(), 'keys'), text)).toThrow(/not given by a reference/);
    expect(() => opened(join(scratch(), 'keys'), text)).not.toThrow(text);
  });

  test('that is another one opens nothing, and is told apart by its fingerprint', async () => {
    const directory = scratch();
    const file = join(directory, 'keys');
    const { id } = await opened(file, `file:${masterFile(directory, 'one')}`).current('volume-a');
    const wrong = opened(file, `file:${masterFile(directory, 'other')}`);
    const refusal = {
      code: 'KeyStoreUnavailable',
      message: expect.stringMatching(/wrapped by master key [0-9a-f]{16}/),
    };
    await expect(wrong.find('volume-a', id)).rejects.toMatchObject(refusal);
    await expect(wrong.current('volume-b')).rejects.toMatchObject(refusal);
  });

  test('that is gone is not made anew while keys are wrapped by it', async () => {
    const file = join(scratch(), 'keys');
    await opened(file).current('volume-a');
    renameSync(`${file}.master-key`, `${file}.elsewhere`);
    await expect(opened(file).current('volume-b')).rejects.toMatchObject({
      message: expect.stringContaining('there is none'),
    });
    expect(existsSync(`${file}.master-key`)).toBe(false);
  });
});

describe('rotating the master key', () => {
  test('of its own: what was sealed opens still, here and in another process, and the old one opens nothing', async () => {
    const file = join(scratch(), 'keys');
    const [store, other] = [opened(file), opened(file)];
    const key = await store.current('volume-a');
    expect(bytesOf(await other.find('volume-a', key.id))).toBe(bytesOf(key));
    const old = readFileSync(`${file}.master-key`, 'utf8');
    const rotated = await store.rotateMaster?.(null);
    expect(rotated).toEqual({ keys: 1, master_key: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(readFileSync(`${file}.master-key`, 'utf8')).not.toBe(old);
    for (const one of [store, other, opened(file)]) {
      expect(bytesOf(await one.find('volume-a', key.id))).toBe(bytesOf(key));
      await one.current('volume-b');
    }
    writeFileSync(`${file}.master-key`, old);
    await expect(opened(file).find('volume-a', key.id)).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
  });

  test('of its own, cut short before or after the keys were wrapped anew, ends when it is next used', async () => {
    const file = join(scratch(), 'keys');
    const key = await opened(file).current('volume-a');
    const master = readFileSync(`${file}.master-key`);
    await opened(file).rotateMaster?.(null);
    // As if the process had died before the new master key took the place of the old one.
    copyFileSync(`${file}.master-key`, `${file}.master-key.next`);
    writeFileSync(`${file}.master-key`, master);
    expect(bytesOf(await opened(file).find('volume-a', key.id))).toBe(bytesOf(key));
    expect(existsSync(`${file}.master-key.next`)).toBe(false);
    // And as if it had died before it wrapped the first key.
    writeFileSync(`${file}.master-key.next`, randomBytes(32).toString('base64'), { mode: 0o600 });
    expect(bytesOf(await opened(file).find('volume-a', key.id))).toBe(bytesOf(key));
    await opened(file).rotateMaster?.(null);
    expect(bytesOf(await opened(file).find('volume-a', key.id))).toBe(bytesOf(key));
    expect(existsSync(`${file}.master-key.next`)).toBe(false);
  });

  test("of the user's: to another reference, which the configuration names from then on", async () => {
    const directory = scratch();
    const file = join(directory, 'keys');
    const [one, other] = [`file:${masterFile(directory, 'one')}`, `file:${masterFile(directory, 'other')}`];
    const store = opened(file, one);
    const key = await store.current('volume-a');
    await expect(store.rotateMaster?.(null)).rejects.toMatchObject({ remedy: expect.stringContaining('--to') });
    expect(await store.rotateMaster?.(other)).toMatchObject({ keys: 1 });
    expect(bytesOf(await opened(file, other).find('volume-a', key.id))).toBe(bytesOf(key));
    await expect(opened(file, one).find('volume-a', key.id)).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
  });

  test('while others make keys loses none', async () => {
    const file = join(scratch(), 'keys');
    const [one, other] = [opened(file), opened(file)];
    await one.current('volume-first');
    const made = Array.from({ length: 30 }, (_, index) => other.current(`volume-${index}`));
    await one.rotateMaster?.(null);
    const fresh = opened(file);
    for (const [index, key] of (await Promise.all(made)).entries()) {
      expect(bytesOf(await fresh.find(`volume-${index}`, key.id))).toBe(bytesOf(key));
    }
  });
});
