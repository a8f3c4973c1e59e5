import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient } from '@eventstore/db-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { checkLogs, copyLog, createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { createKeyFile } from '../../src/library/audit/key-file.ts';
import { Shell } from '../cli/scoria.ts';
import { server, startStandIn } from '../eventlog/eventstoredb/opened.ts';

const KEEP_KEYS = fileURLToPath(new URL('../../examples/key-store/keep-keys.mjs', import.meta.url));

const directoryOfTest = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'scoria-library-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
};

let records = 0;
/** The URL of a record of its own. */
const newLog = async (): Promise<string> => {
  records += 1;
  return `${await server()}&prefix=library-${process.pid}-${Date.now()}-${records}`;
};

const open = async (log: string, options: Partial<EngineOptions> = {}): Promise<Engine> => {
  const host = await directoryOfTest();
  const own = { keyStore: join(host, 'keys'), projectionDirectory: join(host, 'projections') };
  const engine = await createEngine({ log, ...own, user: 'ada', ...options });
  onTestFinished(() => engine.close());
  return engine;
};

const addFiles = async (engine: Engine) =>
  engine.addBackend({ name: 'files', driver: 'file', options: { directory: await directoryOfTest() } });

describe('an engine whose log is in EventStoreDB', () => {
  it('lives through a volume, and another engine sees all of it', async () => {
    const log = await newLog();
    const [one, other] = [await open(log), await open(log)];
    const backend = await addFiles(one);
    const volume = await backend.createVolume({ size: 1, name: 'data' });
    const snapshot = await volume.createSnapshot({ name: 'before' });
    await volume.extend(2);
    const seen = await (await other.volume(volume.id)).extend(3);
    expect(seen.record).toMatchObject({ size: 3, status: 'available' });
    await snapshot.delete();
    await (await other.volume(volume.id)).delete();
    expect(await (await one.view()).dump()).toEqual(await (await other.view()).dump());
  });

  it('accepts nothing that needs a key before a key store is set, and then all hosts share it', async () => {
    const log = await newLog();
    const host = await directoryOfTest();
    const bare = await createEngine({ log, projectionDirectory: host, user: 'ada' });
    onTestFinished(() => bare.close());
    const array = memoryArray(log);
    onTestFinished(() => array.reset());
    const options = { array: array.name, use_chap_auth: true };
    const refused = bare
      .addBackend({ name: 'array', driver: 'memory', options })
      .then((backend) => backend.createVolume({ size: 1 }));
    await expect(refused).rejects.toMatchObject({
      code: 'KeyStoreUnavailable',
      remedy: expect.stringMatching(/command: \[\.\.\.\].*scoria\.keys/),
    });
    const { position } = await bare.view();
    const keyStore = { command: [process.execPath, KEEP_KEYS, host] };
    const [one, other] = [await open(log, { keyStore }), await open(log, { keyStore })];
    const volume = await (await one.backend('array')).createVolume({ size: 1 });
    const connection = await volume.connect({ host: 'node7' });
    const shown = await (await other.connection(connection.id)).showSecrets({ reason: 'ticket 4711' });
    expect(shown.connection_info).toEqual(connection.conn_info);
    const [before] = await Array.fromAsync((await one.view()).events({ after: position }));
    expect(before?.type).toBe('VolumeCreationRequested');
    const head = (await one.view()).position;
    const broken = await open(log, { keyStore: { command: ['false'] } });
    for (const without of [bare, broken]) {
      const seen = await without.connection(connection.id);
      await expect(seen.disconnect()).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
      await expect((await without.volume(volume.id)).extend(2)).rejects.toMatchObject({ code: 'KeyStoreUnavailable' });
    }
    expect((await one.view()).position).toBe(head);
  });

  it('gives a command that is repeated its first outcome', async () => {
    const engine = await open(await newLog());
    const backend = await addFiles(engine);
    const command = { type: 'CreateVolume', backend: backend.name, size: 1, commandId: 'again' } as const;
    const first = await engine.execute(command as never);
    expect(await engine.execute(command as never)).toEqual(first);
  });

  it('moves there from a file and back again, event by event', async () => {
    const directory = await directoryOfTest();
    const [file, back] = [join(directory, 'first.db'), join(directory, 'back.db')];
    const engine = await open(file);
    const backend = await addFiles(engine);
    const made = await Promise.all([1, 2].map(() => backend.createVolume({ size: 1 })));
    await engine.close();
    const log = await newLog();
    const { copied } = await copyLog(file, log);
    expect(await copyLog(file, log)).toMatchObject({ found: copied, copied: 0 });
    expect(await checkLogs(file, log)).toEqual({ same: copied, parting: null });
    const moved = await open(log);
    await (await moved.volume(made[0]?.id ?? '')).extend(2);
    await copyLog(log, back);
    expect((await checkLogs(log, back)).parting).toBeNull();
  });

  it('is followed by another', async () => {
    const log = await newLog();
    const [writer, follower] = [await open(log), await open(log)];
    const stop = new AbortController();
    const following = (async () => {
      const types: string[] = [];
      for await (const { type } of follower.follow({ signal: stop.signal })) {
        if (types.push(type) === 2) stop.abort();
      }
      return types;
    })();
    await writer.keyValues.set('a', '1');
    await writer.keyValues.set('a', '2');
    expect(await following).toEqual(['KeyValueSet', 'KeyValueSet']);
  });

  it('exports its events, and loads them into another record byte for byte', async () => {
    const [from, to] = [await open(await newLog()), await open(await newLog())];
    const volume = await (await addFiles(from)).createVolume({ size: 1 });
    await volume.extend(2);
    const exported = await Array.fromAsync((await from.view()).exportEvents());
    await to.load(exported.join(''));
    const again = await Array.fromAsync((await to.view()).exportEvents());
    const withoutPositions = (lines: readonly string[]) => lines.map((line) => line.replace(/"position":"\d+",/, ''));
    expect(withoutPositions(again)).toEqual(withoutPositions(exported));
    expect(await (await to.view()).dump()).toEqual(await (await from.view()).dump());
    await expect(to.load(exported.join(''))).rejects.toMatchObject({ code: 'LogNotEmpty' });
  });

  it('seals the record, verifies it, and tells when the server has dropped some of it', async () => {
    const standIn = await startStandIn();
    const keyFile = join(await directoryOfTest(), 'key');
    await createKeyFile(keyFile);
    const engine = await open(standIn.url, { audit: { keyFile } });
    for (const value of ['1', '2', '3']) await engine.keyValues.set('a', value);
    await engine.audit.seal();
    expect(await engine.audit.verify()).toMatchObject({ sealed: 3, checkpoints: 1 });

    const client = EventStoreDBClient.connectionString(standIn.url);
    onTestFinished(() => client.dispose());
    await client.setStreamMetadata('scoria.kv-a', { maxCount: 1 });
    await expect(engine.audit.verify()).rejects.toMatchObject({ code: 'LogTruncated' });
    await standIn.order('scavenge');
    await client.setStreamMetadata('scoria.kv-a', {});
    await expect(engine.audit.verify()).rejects.toMatchObject({ code: 'LogTruncated' });
    const again = await open(standIn.url);
    await expect(again.keyValues.get('a')).rejects.toMatchObject({ code: 'LogTruncated' });
  });

  it('lets a read wait for a server that stands still no longer than it may, and sees it all afterwards', async () => {
    const standIn = await startStandIn();
    const engine = await open(standIn.url, { catchUpTimeoutMs: 300 });
    await engine.keyValues.set('a', '1');
    expect(await engine.keyValues.get('a')).toBe('1');
    await engine.keyValues.set('a', '2');
    standIn.stop();
    onTestFinished(() => standIn.resume());
    await expect(engine.keyValues.get('a')).rejects.toMatchObject({
      code: 'ProjectionBehind',
      message: expect.stringContaining('the log did not answer within 0.3 s'),
    });
    standIn.resume();
    expect(await engine.keyValues.get('a')).toBe('2');
  });

  it('says when its server is not there', async () => {
    const standIn = await startStandIn();
    await standIn.kill();
    await expect(open(standIn.url, { lockTimeoutMs: 300 })).rejects.toMatchObject({ code: 'LogUnavailable' });
  });
});

describe('a URL with a credential', () => {
  it('is refused, and neither error nor its cause shows it', async () => {
    for (const log of [
      'esdb://ada:hunter22@host:2113',
      'esdb://ada:hunter22@a:2113,b:2113',
      'esdb://ada@host:2113?password=hunter22',
    ]) {
      const refused = await open(log).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'InvalidInput', remedy: expect.stringContaining('env:') });
      expect(JSON.stringify(refused) + String(refused)).not.toContain('hunter22');
    }
  });

  it('is given by a reference, to a server that asks who one is', async () => {
    process.env.SCORIA_TEST_PASSWORD = 'hunter22';
    onTestFinished(() => void delete process.env.SCORIA_TEST_PASSWORD);
    const refusedWith = (log: string) => open(log, { lockTimeoutMs: 100 }).catch((error: unknown) => error);
    expect(await refusedWith('esdb://ada@host:2113?tls=false&password=env:SCORIA_TEST_PASSWORD')).toMatchObject({
      code: 'InvalidInput',
    });
    expect(await refusedWith('esdb://ada@host:2113')).toMatchObject({ code: 'InvalidInput' });
    expect(await refusedWith('esdb://ada@127.0.0.1:1?password=env:NOT_SET_AT_ALL')).toMatchObject({
      code: 'LogAccessDenied',
    });
    const unreachable = await refusedWith('esdb://ada@127.0.0.1:1?password=env:SCORIA_TEST_PASSWORD');
    expect(unreachable).toMatchObject({ code: 'LogUnavailable' });
    expect(JSON.stringify(unreachable)).not.toContain('hunter22');
  });
});

describe('the command line', () => {
  const shell = new Shell();

  it('takes the URL as --log, as a setting and from the environment', async () => {
    const log = await newLog();
    await shell.json('kv', 'set', 'a', '1', '--log', log);
    const shown = await shell.run(['kv', 'get', 'a'], { env: { SCORIA_LOG: log } });
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('1') });
    const missing = await shell.run(['kv', 'get', 'a', '--log', `${log}-missing`]);
    expect(missing.stderr).toContain('LogNotFound');
  });

  it('shows no credential that a configuration holds in its log', async () => {
    const env = { SCORIA_LOG: 'esdb://ada:hunter22@host:2113' };
    for (const args of [
      ['kv', 'get', 'a'],
      ['config', 'show'],
      ['config', 'check'],
    ]) {
      const { code, stdout, stderr } = await shell.run(args, { env });
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toContain('hunter22');
    }
  });

  it('loads the client for such a log alone', async () => {
    const clientLoaded = async (...args: readonly string[]) =>
      (await shell.run(['kv', 'set', 'a', '1', ...args], { env: { NODE_DEBUG: 'module' } })).stderr.includes(
        'db-client',
      );
    expect(await clientLoaded('--log', await newLog())).toBe(true);
    expect(await clientLoaded()).toBe(false);
  });
});
