import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { memoryArray } from '../../../src/drivers/memory/array.ts';
import { createEngine, type EngineOptions, silentLogger } from '../../../src/index.ts';
import { createKeyFile } from '../../../src/library/audit/key-file.ts';
import { keyStoreOf } from '../../../src/library/key-store.ts';
import { surroundingsOf } from '../../../src/library/surroundings.ts';
import type { KeyStore } from '../../../src/secrets/key-store.ts';
import { bytesOf, keyStoreSuite, masterFile } from '../../secrets/key-store-suite.ts';
import { allOf, expectNone, expectNoneInFiles, keepingLogger } from '../../secrets/marks.ts';
import { scratch } from '../../secrets/scratch.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

process.env[PASSWORD_VARIABLE] = PASSWORD;
const MASTER = randomBytes(32).toString('base64');
process.env.SCORIA_TEST_MASTER = MASTER;
const CHILD = fileURLToPath(new URL('./children/take-key.ts', import.meta.url));
const HERE = { host: hostname() };
const reason = 'ticket 4711';
const refusal = { code: 'KeyStoreUnavailable' };

await onEachServer(({ server }) => {
  const storeOf = async (log: string, masterKey?: string): Promise<KeyStore> => {
    const surroundings = { ...surroundingsOf({ logger: silentLogger }), lockTimeoutMs: 10_000 };
    const store = await keyStoreOf({ log, masterKey }, surroundings);
    onTestFinished(() => store.close());
    return store;
  };
  const newUrl = async () => server.url(await newLog(server), 'application');

  const engineOn = async (log: string, options: Partial<EngineOptions> = {}) => {
    const own = { projectionDirectory: scratch(), logger: silentLogger, reconcileTimeoutMs: 0 };
    const engine = await createEngine({ log, masterKey: 'env:SCORIA_TEST_MASTER', ...own, ...options });
    onTestFinished(() => engine.close());
    return engine;
  };

  const withVolume = async (log: string, options: Partial<EngineOptions> = {}) => {
    const engine = await engineOn(log, options);
    const array = memoryArray(randomUUID());
    onTestFinished(() => array.reset());
    const chap = { array: array.name, use_chap_auth: true };
    const backend = await engine.addBackend({ name: 'store', driver: 'memory', options: chap });
    return { engine, volume: await backend.createVolume({ size: 1 }) };
  };

  keyStoreSuite(async () => storeOf(await newUrl(), 'env:SCORIA_TEST_MASTER'));

  it('processes that make the first key of a scope at once end with one key', async () => {
    const log = await newUrl();
    const env = { ...process.env, SCORIA_TEST_MASTER: MASTER };
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, [CHILD, log, 'volume-a'], { env, stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const lines = children.map(({ stdout }) => createInterface({ input: stdout })[Symbol.asyncIterator]());
    const next = () => Promise.all(lines.map(async (line) => (await line.next()).value));
    expect(await next()).toEqual(['ready', 'ready', 'ready']);
    const ends = children.map((child) => once(child, 'exit'));
    for (const { stdin } of children) stdin.write('go\n');
    const taken = await next();
    expect(taken[0]).toMatch(/^\S+ [0-9a-f]{64}$/);
    expect(new Set(taken).size).toBe(1);
    await Promise.all(ends);
  });

  it('what one host sealed another opens, and nothing of it is on the server in the clear', async () => {
    const database = await newLog(server);
    const log = server.url(database, 'application');
    const { engine, volume } = await withVolume(log);
    const connection = await volume.connect(HERE);
    const password = String(connection.conn_info?.data.auth_password);
    const other = await engineOn(log);
    const shown = await (await other.connection(connection.id)).showSecrets({ reason });
    expect(shown.connection_info?.data.auth_password).toBe(password);
    const key = await (await storeOf(log, 'env:SCORIA_TEST_MASTER')).current(`volume-${volume.id}`);
    const raw = key.key.export().toString('latin1');
    expectNoneInFiles([password, MASTER, bytesOf(key), key.key.export().toString('base64')], server.directory);
    for (const table of ['scoria_keys', 'scoria_key_store', 'scoria_events']) {
      const rows = await server.admin(database, `SELECT * FROM ${table}`);
      for (const column of rows.flat()) {
        if (Buffer.isBuffer(column)) expectNone([raw, password], table, column.toString('latin1'));
      }
    }
    expect(await (await engine.view()).dump()).not.toContain(password);
  });

  it('without a master key that all hosts have, nothing that needs one is accepted', async () => {
    const log = await newUrl();
    const logger = keepingLogger();
    const { engine, volume } = await withVolume(log, { masterKey: 'env:SCORIA_TEST_MASTER' });
    const none = await createEngine({ log, projectionDirectory: scratch(), logger });
    onTestFinished(() => none.close());
    const elsewhere = await engineOn(log, { masterKey: `file:${masterFile(scratch(), 'other')}` });
    const head = (await engine.view()).position;
    await expect((await none.volume(volume.id)).connect(HERE)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('no master key is given'),
    });
    expect((await engine.view()).position).toBe(head);
    const connection = await volume.connect(HERE);
    const after = (await engine.view()).position;
    for (const host of [none, elsewhere]) {
      const seen = await host.volume(volume.id);
      const refused = [
        () => seen.connect(HERE),
        () => seen.extend(2),
        () => seen.clone(),
        () => seen.showSecrets({ reason }),
      ];
      for (const one of refused) {
        const error = await one().catch((thrown) => thrown);
        expect(error).toMatchObject(refusal);
        expectNone([MASTER, PASSWORD], 'the error', allOf(error));
      }
      await expect((await host.connection(connection.id)).disconnect()).rejects.toMatchObject(refusal);
    }
    expect((await engine.view()).position).toBe(after);
    await connection.disconnect();
  });

  it('a key that is destroyed is a row that is gone, for every host', async () => {
    const database = await newLog(server);
    const log = server.url(database, 'application');
    const { engine, volume } = await withVolume(log);
    await (await volume.connect(HERE)).disconnect();
    const other = await engineOn(log);
    expect(await server.admin(database, 'SELECT id FROM scoria_keys')).toHaveLength(1);
    await (await other.volume(volume.id)).shredSecrets({ reason });
    expect(await server.admin(database, 'SELECT id FROM scoria_keys')).toEqual([]);
    const shown = await (await engine.volume(volume.id)).showSecrets({ reason });
    expect(shown.provider_auth).toBeNull();
  });

  it('the master key is rotated while other hosts make keys, and none is lost', async () => {
    const log = await newUrl();
    const directory = scratch();
    const [one, next] = [`file:${masterFile(directory, 'one')}`, `file:${masterFile(directory, 'next')}`];
    const [rotating, working] = [await storeOf(log, one), await storeOf(log, one)];
    const before = await rotating.current('volume-first');
    const scopes = Array.from({ length: 20 }, (_, index) => `volume-${index}`);
    const made = Promise.allSettled(scopes.map((scope) => working.current(scope)));
    expect(await rotating.rotateMaster?.(next)).toMatchObject({ keys: expect.any(Number) });
    const ends = await made;
    const fresh = await storeOf(log, next);
    expect(bytesOf(await fresh.find('volume-first', before.id))).toBe(bytesOf(before));
    for (const [index, end] of ends.entries()) {
      // Whoever came after the rotation has a master key of before, and says so.
      if (end.status === 'rejected') expect(end.reason).toMatchObject(refusal);
      else expect(bytesOf(await fresh.find(scopes[index] ?? '', end.value.id))).toBe(bytesOf(end.value));
    }
    await expect(working.find('volume-first', before.id)).rejects.toMatchObject(refusal);
    expect(bytesOf(await (await storeOf(log, next)).current('volume-later'))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('hosts that seal at once write one note for what is there', async () => {
    const log = await newUrl();
    const keyFile = join(scratch(), 'audit-key');
    await createKeyFile(keyFile);
    const hosts = [await engineOn(log, { audit: { keyFile } }), await engineOn(log, { audit: { keyFile } })] as const;
    for (let round = 1; round <= 5; round += 1) {
      await hosts[0].keyValues.set('round', String(round));
      const [one, other] = await Promise.all(hosts.map((host) => host.audit.seal()));
      expect(other?.note).toBe(one?.note);
      expect(await hosts[0].audit.verify()).toMatchObject({ checkpoints: round });
    }
  });
});
