import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inCall } from '../../src/drivers/call.ts';
import { createCommandRunner } from '../../src/drivers/command-runner.ts';
import { KnownSecrets } from '../../src/known-secrets.ts';
import type { KeyStore } from '../../src/secrets/key-store.ts';
import { commandKeyStore } from '../../src/secrets/open-key-store.ts';
import { bytesOf, keyStoreSuite } from './key-store-suite.ts';
import { allOf, expectNone, keepingLogger } from './marks.ts';
import { scratch } from './scratch.ts';

const PROGRAM = fileURLToPath(new URL('../../examples/key-store/keep-keys.mjs', import.meta.url));

const asking = (command: readonly string[]) => {
  const logger = keepingLogger();
  const known = new KnownSecrets();
  const run = createCommandRunner({ rootHelper: '', log: logger });
  const store: KeyStore = commandKeyStore(command, undefined, { run, known });
  onTestFinished(() => store.close());
  return { store, logger };
};

const inDirectory = (directory: string) => asking([process.execPath, PROGRAM, directory]).store;

/** A program that answers so, whatever is asked; what it was asked goes to a file. */
const answering = (script: string) => {
  const directory = scratch();
  const program = join(directory, 'program');
  writeFileSync(
    program,
    `#!/bin/sh\ncat > ${directory}/asked\ntr '\\0' '\\n' < /proc/$$/cmdline > ${directory}/seen\nenv >> ${directory}/seen\n${script}\n`,
  );
  chmodSync(program, 0o700);
  return { ...asking([program, 'an argument']), read: (name: string) => readFileSync(join(directory, name), 'utf8') };
};

describe('a key store that is the example program', () => {
  keyStoreSuite(() => inDirectory(scratch()));

  test('is shared: what one process sealed under, another finds, and of several first keys one is left', async () => {
    const directory = scratch();
    const stores = [inDirectory(directory), inDirectory(directory), inDirectory(directory)];
    const keys = await Promise.all(stores.map((store) => store.current('volume-a')));
    expect(new Set(keys.map(bytesOf)).size).toBe(1);
    const [first] = keys;
    expect(bytesOf(await inDirectory(directory).find('volume-a', first?.id ?? ''))).toBe(bytesOf(first ?? null));
  });

  test('that one host destroyed is not sealed under by another, whose memory has it still', async () => {
    const directory = scratch();
    const [one, other] = [inDirectory(directory), inDirectory(directory)];
    const key = await other.current('volume-a');
    await one.destroy('volume-a');
    expect((await other.current('volume-a')).id).not.toBe(key.id);
  });
});

describe('a key store that is a program', () => {
  const canary = randomBytes(32).toString('base64');

  test.each([
    ['prints no JSON', `echo '${canary}'`],
    ['prints another answer', `echo '{"keys":"${canary}"}'`],
    ['prints a key that is none', `echo '{"key":{"id":"a","key":"${canary}AA"}}'`],
    ['prints nothing', `echo '${canary}' >&2`],
    ['fails', `echo '${canary}' | tee /dev/stderr; exit 3`],
    ['is ended', `echo '${canary}' | tee /dev/stderr; kill -9 $$`],
  ])('and %s is refused without a word of what it printed', async (_, script) => {
    const { store, logger } = answering(script);
    for (const asked of [
      () => store.current('volume-a'),
      () => store.find('volume-a', 'a'),
      () => store.destroy('volume-a'),
    ]) {
      const error = await asked().catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: 'KeyStoreUnavailable',
        details: { program: expect.stringContaining('program') },
      });
      expectNone([canary], 'the error', allOf(error));
    }
    expectNone([canary], 'the log lines', logger.lines.join('\n'));
  });

  test('and is waited for no longer than its caller waits', async () => {
    const { store } = asking(['sleep', '600']);
    const givingUp = new AbortController();
    const signals = { stopping: givingUp.signal, givenUp: givingUp.signal };
    const asked = inCall(signals, () => store.find('volume-a', 'a'));
    givingUp.abort();
    await expect(asked).rejects.toMatchObject({
      code: 'KeyStoreUnavailable',
      message: expect.stringContaining('the call was given up'),
    });
  });

  test('and is not there is refused', async () => {
    const { store } = asking([join(scratch(), 'nothing')]);
    await expect(store.current('volume-a')).rejects.toMatchObject({
      code: 'KeyStoreUnavailable',
      message: expect.stringContaining('could not be started'),
    });
  });

  test('is given keys on standard input, and neither as an argument nor in its environment', async () => {
    const { store, read } = answering(`sed 's/.*"offer":\\({[^}]*}\\).*/{"key":\\1}/' "$(dirname "$0")/asked"`);
    const key = await store.current('volume-a');
    const { offer, ...asked } = JSON.parse(read('asked'));
    expect(asked).toEqual({ v: 1, do: 'current', scope: 'volume-a' });
    expect(Buffer.from(offer.key, 'base64').toString('hex')).toBe(bytesOf(key));
    expect(read('seen')).toContain('an argument');
    expectNone([offer.key, bytesOf(key)], 'what others see of the program', read('seen'));
  });

  test('and answers the offer with another key is refused: what is sealed would not open', async () => {
    const { store } = answering(
      `sed 's/.*"offer":{"id":"\\([^"]*\\)".*/{"key":{"id":"\\1","key":"${canary.replaceAll('/', '\\/')}"}}/' "$(dirname "$0")/asked"`,
    );
    await expect(store.current('volume-a')).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
  });

  test('wraps its keys itself: a master key is refused', () => {
    const run = createCommandRunner({ rootHelper: '', log: keepingLogger() });
    expect(() => commandKeyStore(['vault'], 'env:MASTER', { run, known: new KnownSecrets() })).toThrow(
      /master key is given/,
    );
  });
});
