import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { createEngine, type Engine, type EngineOptions, silentLogger } from '../../src/index.ts';
import { eventTypes } from '../support/engine.ts';
import { scratch } from './scratch.ts';

const HERE = { host: hostname() };
const reason = 'ticket 4711';

/** A log in a file and an array that needs CHAP, which engines come and go over. */
const house = async (options: Partial<EngineOptions> = {}) => {
  const directory = scratch();
  const log = join(directory, 'scoria.db');
  const array = memoryArray(randomUUID());
  onTestFinished(() => array.reset());
  const open = async (more: Partial<EngineOptions> = {}): Promise<Engine> => {
    const patience = { busyTimeoutMs: 200, reconcileTimeoutMs: 50 };
    const engine = await createEngine({ log, user: 'ada', logger: silentLogger, ...patience, ...options, ...more });
    onTestFinished(() => engine.close());
    return engine;
  };
  const engine = await open();
  const backend = await engine.addBackend({
    name: 'store',
    driver: 'memory',
    options: { array: array.name, use_chap_auth: true },
  });
  return { directory, log, array, open, engine, backend };
};

const passwordOf = (connection: { readonly conn_info: unknown }): string =>
  (connection.conn_info as { readonly data: { readonly auth_password: string } }).data.auth_password;

const exported = async (engine: Engine) => (await Array.fromAsync((await engine.view()).exportEvents())).join('');

const SEALED = { sealed: { v: 1, path: '/connection_info/data/auth_password' } };

describe('a volume of an array that makes credentials', () => {
  test('is connected by whoever gets them, and the record holds them sealed', async () => {
    const { engine, backend, array } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect(HERE);
    const password = passwordOf(connection);
    expect(array.exports.get(volume.id)?.auth).toMatch(new RegExp(`^CHAP \\w+ ${password}$`));
    expect(connection.record.connection_info?.data.auth_password).toMatchObject(SEALED);
    expect((await engine.connection(connection.id)).conn_info?.data.auth_password).toMatchObject(SEALED);
    expect(volume.record.provider_auth).toMatchObject({ sealed: { path: '/model_update/provider_auth' } });
    const view = await engine.view();
    const told = [await exported(engine), await view.dump(), JSON.stringify([view.volumes(), connection, volume])];
    for (const text of told) expect(text).not.toContain(password);
    await connection.refresh();
    expect(passwordOf(connection)).toBe(password);
  });

  test('is attached and detached here, also by another process', async () => {
    const { open, backend, array } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.attach();
    expect(passwordOf(connection)).toMatch(/^[0-9a-f]{32}$/);
    const other = await open();
    const again = await other.connection(connection.id);
    await again.detach();
    await again.attach();
    expect(passwordOf(again)).toBe(passwordOf(connection));
    const seen = await other.volume(volume.id);
    await seen.detach();
    expect(array.connections.size).toBe(0);
    const next = await seen.attach();
    expect(passwordOf(next)).toBe(passwordOf(connection));
    await seen.detach();
    await seen.delete();
  });

  test('keeps credentials of its own: a clone has others', async () => {
    const { backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const password = passwordOf(await volume.connect(HERE));
    const clone = await volume.clone();
    expect(clone.record.provider_auth).toBeNull();
    expect(passwordOf(await clone.connect(HERE))).not.toBe(password);
  });

  test('is taken up for another host only by one that has its key', async () => {
    const { directory, open, engine, backend } = await house({ host: 'storage' });
    await backend.change({ hosts: ['storage'] });
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.connect(HERE)).disconnect();
    const caller = await open({ host: 'web' });
    const refused = Promise.withResolvers<unknown>();
    const logger = { ...silentLogger, error: ({ code }: { readonly code?: unknown }) => refused.resolve(code) };
    const without = await open({ keyStore: join(directory, 'empty.keys'), logger });
    const stop = new AbortController();
    const served = without.serve({ signal: stop.signal });
    const connecting = (await caller.volume(volume.id)).connect(HERE);
    expect(await refused.promise).toBe('KeyStoreUnavailable');
    expect(await eventTypes(caller, volume.id)).not.toContain('VolumeOperationClaimed');
    const having = engine.serve({ signal: stop.signal });
    expect((await connecting).conn_info?.data.auth_password).toBeDefined();
    stop.abort();
    await Promise.all([served, having]);
  });

  test('cannot be attached without the key store, by force neither, and can again with it', async () => {
    const { log, open, engine, backend, array } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect(HERE);
    await engine.close();
    renameSync(`${log}.keys`, `${log}.elsewhere`);
    for (const suffix of ['-wal', '-shm']) {
      if (existsSync(`${log}.keys${suffix}`)) renameSync(`${log}.keys${suffix}`, `${log}.elsewhere${suffix}`);
    }
    const without = await open();
    const called = array.calls.length;
    const head = (await without.view()).position;
    const refusal = { code: 'KeyStoreUnavailable', message: expect.stringContaining('is not in the key store') };
    await expect((await without.connection(connection.id)).attach()).rejects.toMatchObject(refusal);
    expect(array.calls.length).toBe(called);
    expect((await without.connection(connection.id)).status).toBe('reserved');
    expect((await without.view()).position).toBe(head);
    const whole = await open({ keyStore: `${log}.elsewhere`, masterKey: `file:${log}.keys.master-key` });
    const attached = await (await whole.connection(connection.id)).attach();
    expect(attached.attached).toBe(true);
  });

  test('that another log was brought from, by dump or events, opens with its key store alone', async () => {
    const { directory, log, open, engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const password = passwordOf(await volume.connect(HERE));
    for (const text of [await (await engine.view()).dump({ withConfiguration: true }), await exported(engine)]) {
      const copy = await open({ log: join(directory, `${randomUUID()}.db`), keyStore: `${log}.keys` });
      await copy.load(text);
      const [connection] = (await copy.volume(volume.id)).connections;
      const shown = await connection?.showSecrets({ reason });
      expect(shown?.connection_info?.data.auth_password).toBe(password);
      const bare = await open({ log: join(directory, `${randomUUID()}.db`) });
      await bare.load(text);
      await expect((await bare.volume(volume.id)).showSecrets({ reason })).rejects.toMatchObject({
        code: 'KeyStoreUnavailable',
      });
    }
  });

  test('is not loaded from a dump that holds credentials in the clear', async () => {
    const { directory, open, engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    await volume.connect(HERE);
    const dump = JSON.parse(await (await engine.view()).dump());
    dump.volumes[0].provider_auth = 'CHAP ada canary-1';
    const copy = await open({ log: join(directory, 'copy.db') });
    const refusal = await copy.load(JSON.stringify(dump)).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'InvalidDump', details: { field: 'volumes[0].provider_auth' } });
    expect(JSON.stringify(refusal) + refusal.stack).not.toContain('canary');
    dump.volumes[0].provider_auth = null;
    dump.volumes[0].connections[0].connection_info.data.auth_password = 'canary-2';
    await expect(copy.load(JSON.stringify(dump))).rejects.toMatchObject({
      details: { field: 'volumes[0].connections[0].connection_info' },
    });
  });
});

describe('shredding', () => {
  test('destroys the key with an intent and an outcome, and the record stays whole', async () => {
    const { directory, log, open, engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect(HERE);
    await expect(volume.shredSecrets({ reason })).rejects.toMatchObject({ code: 'VolumeConnected' });
    await connection.disconnect();
    await volume.refresh();
    const { sealed } = volume.record.provider_auth as { readonly sealed: { readonly key: string } };
    await volume.shredSecrets({ reason });
    expect(volume.record.provider_auth).toEqual({ shredded: { v: 1, key: sealed.key } });
    expect((await eventTypes(engine, volume.id)).slice(-2)).toEqual([
      'VolumeSecretsShredRequested',
      'VolumeSecretsShredded',
    ]);
    const outcome = (await Array.fromAsync((await engine.view()).history(volume.id))).at(-1);
    expect(outcome).toMatchObject({ reason, words: 'credentials shredded: 1 key destroyed' });
    expect(outcome?.event.data).toEqual({ keys: [sealed.key] });
    const before = await engine.view(outcome === undefined ? undefined : outcome.position - 1n);
    expect(before.volumes()[0]?.provider_auth).toMatchObject({ sealed: { key: sealed.key } });
    const dump = await (await engine.view()).dump();
    expect(dump).toContain('"shredded"');
    const copy = await open({ log: join(directory, 'copy.db'), keyStore: `${log}.keys` });
    await copy.load(await exported(engine));
    expect(await (await copy.view()).dump()).toBe(dump);
  });

  test('leaves a volume that connects again, under a new key and with new credentials', async () => {
    const { backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const connection = await volume.connect(HERE);
    const password = passwordOf(connection);
    await connection.disconnect();
    await volume.shredSecrets({ reason });
    const again = await volume.connect(HERE);
    expect(passwordOf(again)).not.toBe(password);
    expect((await volume.showSecrets({ reason })).provider_auth).toContain(passwordOf(again));
  });

  test('is for deleted volumes too, and needs a reason', async () => {
    const { engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.connect(HERE)).disconnect();
    await volume.delete();
    const command = { type: 'ShredVolumeSecrets', volume_id: volume.id } as const;
    for (const none of [{}, { reason: '' }, { reason: '  ' }]) {
      expect(await engine.execute(command, none)).toMatchObject({ left: { code: 'InvalidInput' } });
    }
    expect(await engine.execute(command, { reason })).toMatchObject({ _tag: 'Right' });
    expect((await eventTypes(engine, volume.id)).at(-1)).toBe('VolumeSecretsShredded');
  });

  test('gives up what no key store has any more, so that the volume can be deleted', async () => {
    const { directory, open, engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.connect(HERE)).disconnect();
    await engine.close();
    const without = await open({ keyStore: join(directory, 'empty.keys') });
    const seen = await without.volume(volume.id);
    await expect(seen.delete()).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
    const { status } = await (await without.volume(volume.id)).shredSecrets({ reason });
    expect(status).toBe('available');
    await (await without.volume(volume.id)).delete();
  });

  test('that the key store fails is a failure, and can be asked for again', async () => {
    const { log, engine, backend } = await house({ lockTimeoutMs: 50 });
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.connect(HERE)).disconnect();
    const { DatabaseSync } = await import('node:sqlite');
    const holder = new DatabaseSync(`${log}.keys`);
    holder.exec('BEGIN IMMEDIATE');
    await expect(volume.shredSecrets({ reason })).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
    expect((await eventTypes(engine, volume.id)).at(-1)).toBe('VolumeSecretsShredFailed');
    holder.exec('ROLLBACK');
    holder.close();
    await volume.shredSecrets({ reason });
    expect((await eventTypes(engine, volume.id)).at(-1)).toBe('VolumeSecretsShredded');
  });

  test('comes with deletion where the policy says so, before the deletion ends', async () => {
    const { engine, backend } = await house({ shredDeleted: true });
    const plain = await backend.createVolume({ size: 1 });
    await plain.delete();
    expect((await eventTypes(engine, plain.id)).slice(-2)).toEqual(['VolumeDeletionRequested', 'VolumeDeleted']);
    const volume = await backend.createVolume({ size: 1 });
    await (await volume.connect(HERE)).disconnect();
    await volume.delete();
    expect((await eventTypes(engine, volume.id)).slice(-4)).toEqual([
      'VolumeDeletionRequested',
      'VolumeSecretsShredRequested',
      'VolumeSecretsShredded',
      'VolumeDeleted',
    ]);
  });
});

describe('showing credentials', () => {
  test('is recorded before, with who and why, and gives them in the open', async () => {
    const { engine, backend, array } = await house();
    const volume = await backend.createVolume({ size: 1 });
    const { id } = await volume.connect(HERE);
    const connection = await engine.connection(id);
    const actor = { user: 'grace', project: 'audit' };
    const shown = await connection.showSecrets({ reason, actor });
    const auth = array.exports.get(volume.id)?.auth;
    expect(auth).toContain(shown.connection_info?.data.auth_password);
    expect(connection.conn_info?.data.auth_password).toMatchObject(SEALED);
    const document = await volume.showSecrets({ reason, actor });
    expect(document).toMatchObject({ provider_auth: auth, connections: [{ connection_info: shown.connection_info }] });
    expect(JSON.stringify(volume)).not.toContain(auth?.split(' ')[2]);
    const said = (await Array.fromAsync((await engine.view()).history(volume.id))).slice(-2);
    expect(said).toMatchObject([
      {
        type: 'SecretsShown',
        actor,
        reason,
        words: `credentials of connection ${id} shown: /connection_info/data/auth_password`,
      },
      {
        type: 'SecretsShown',
        words: 'credentials of the volume shown: /provider_auth, /connections/0/connection_info/data/auth_password',
      },
    ]);
  });

  test('needs a reason, and is not recorded where there is nothing to show', async () => {
    const { engine, backend } = await house();
    const volume = await backend.createVolume({ size: 1 });
    await expect(volume.showSecrets({ reason: '' })).rejects.toMatchObject({ code: 'InvalidInput' });
    await volume.showSecrets({ reason });
    expect(await eventTypes(engine, volume.id)).not.toContain('SecretsShown');
  });
});

test('a key that no event came to use is left, and is used later', async () => {
  const { log, backend, array, open } = await house({ effectTimeoutMs: 1_000 });
  const volume = await backend.createVolume({ size: 1 });
  // The key is made with the answer to createExport; then the connection fails.
  array.inject({ call: 'initializeConnection', when: 'before' });
  await expect(volume.connect(HERE)).rejects.toMatchObject({ code: 'DriverFailed' });
  expect(existsSync(`${log}.keys`)).toBe(true);
  expect((await volume.refresh()).record.provider_auth).toBeNull();
  const connection = await (await (await open()).volume(volume.id)).connect(HERE);
  expect(passwordOf(connection)).toMatch(/^\w+$/);
  expect(readFileSync(log).includes(passwordOf(connection))).toBe(false);
});
