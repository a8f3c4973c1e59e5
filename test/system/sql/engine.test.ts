import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  checkLogs,
  copyLog,
  createEngine,
  type Engine,
  migrateLog,
  type ScoriaEvent,
  silentLogger,
} from '../../../src/index.ts';
import { createKeyFile } from '../../../src/library/audit/key-file.ts';
import { Running } from '../../cli/running.ts';
import { Shell } from '../../cli/scoria.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

process.env[PASSWORD_VARIABLE] = PASSWORD;
const shell = new Shell();
// Where keys and projections of logs on servers are kept.
process.env.XDG_STATE_HOME = shell.path('.state');

await onEachServer(({ server }) => {
  const places = () => {
    const directory = mkdtempSync(join(tmpdir(), 'scoria-sql-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { volumes: join(directory, 'volumes'), keyStore: join(directory, 'scoria.keys') };
  };

  const engineOn = async (log: string, keyStore: string): Promise<Engine> => {
    const engine = await createEngine({
      log,
      keyStore,
      projectionDirectory: `${keyStore}.projections`,
      logger: silentLogger,
    });
    onTestFinished(() => engine.close());
    return engine;
  };

  const following = async (engine: Engine, until: string): Promise<readonly ScoriaEvent[]> => {
    const seen: ScoriaEvent[] = [];
    for await (const event of engine.follow()) if (seen.push(event) && event.type === until) break;
    return seen;
  };

  it('an engine lives on it: volumes, snapshots, connections, views of the past and a dump', async () => {
    const database = await server.newDatabase();
    const log = server.url(database);
    expect(await migrateLog({ log, logger: silentLogger })).toEqual({ from: 0, to: 2 });
    const { volumes, keyStore } = places();
    const engine = await engineOn(log, keyStore);
    const backend = await engine.addBackend({ name: 'store', driver: 'file', options: { directory: volumes } });
    const volume = await backend.createVolume({ size: 1, name: 'data' });
    const snapshot = await volume.createSnapshot({ name: 'before' });
    await volume.extend(2);
    const copy = await snapshot.createVolume({ name: 'copy' });
    await snapshot.delete();
    await copy.delete();
    const dump = await (await engine.view()).dump();
    expect(dump).toContain('"data"');

    const second = await engineOn(log, keyStore);
    expect((await second.volumes()).map(({ record }) => [record.name, record.size])).toEqual([['data', 2]]);
    expect(await (await second.view()).dump()).toBe(dump);

    const empty = await newLog(server);
    const restored = await engineOn(server.url(empty, 'application'), places().keyStore);
    await restored.load(dump);
    expect((await restored.volumeNamed('data')).record.size).toBe(2);

    const exported = await Array.fromAsync((await engine.view()).exportEvents());
    const moved = await engineOn(server.url(await newLog(server), 'application'), places().keyStore);
    await moved.load(exported.join(''));
    expect(await Array.fromAsync((await moved.view()).exportEvents())).toEqual(exported);
  });

  it('a sealed log moves there and back, and the notes over the first one prove them all', async () => {
    const { volumes, keyStore } = places();
    const [file, back] = [`${keyStore}.first.db`, `${keyStore}.back.db`];
    const keyFile = `${keyStore}.audit-key`;
    await createKeyFile(keyFile);
    const audit = { keyFile, notesDirectory: `${keyStore}.notes` };
    const engine = await createEngine({ log: file, keyStore, audit, logger: silentLogger });
    const backend = await engine.addBackend({ name: 'store', driver: 'file', options: { directory: volumes } });
    const made = await Promise.all([1, 2, 3].map(() => backend.createVolume({ size: 1 })));
    await Promise.all(made.map((volume) => volume.createSnapshot()));
    await engine.audit.seal();
    await engine.close();

    const log = server.url(await newLog(server), 'application');
    const options = { logger: silentLogger };
    const { copied } = await copyLog(file, log, options);
    expect(await copyLog(file, log, options)).toMatchObject({ found: copied, copied: 0 });
    expect(await checkLogs(file, log, options)).toEqual({ same: copied, parting: null });
    const moved = await createEngine({ log, keyStore, audit, projectionDirectory: `${keyStore}.read`, ...options });
    onTestFinished(() => moved.close());
    expect(await moved.audit.verify()).toMatchObject({ checkpoints: 1, notes: { held: 1 } });
    await (await moved.volume(made[0]?.id ?? '')).extend(2);

    await copyLog(log, back, options);
    expect((await checkLogs(back, log, options)).parting).toBeNull();
    expect(await checkLogs(file, log, options)).toMatchObject({ same: copied, parting: { one: null } });
  });

  it('two engines share it: each sees what the other did, follows it, and one of two rivals wins', async () => {
    const log = server.url(await newLog(server), 'application');
    const { volumes, keyStore } = places();
    const [one, other] = [await engineOn(log, keyStore), await engineOn(log, keyStore)];
    const backend = await one.addBackend({ name: 'store', driver: 'file', options: { directory: volumes } });
    const followed = following(other, 'VolumeDeleted');
    const volume = await backend.createVolume({ size: 1, name: 'shared' });
    const seen = await other.volumeNamed('shared');
    await Promise.all([volume.rename({ name: 'by-one' }), seen.rename({ name: 'by-other' })]);
    const deletions = await Promise.allSettled([volume.delete(), seen.delete()]);
    expect(deletions.map(({ status }) => status)).toContain('fulfilled');
    const types = (await followed).map(({ type }) => type);
    expect(types.filter((type) => type === 'VolumeDeletionRequested')).toHaveLength(1);
    expect(types.filter((type) => type === 'VolumeRenamed')).toHaveLength(2);
  });

  it('the command works on it, in many processes at once, sealed, verified and followed', async () => {
    const database = await server.newDatabase();
    const [owner, application] = [server.url(database), server.url(database, 'application')];
    const env = { [PASSWORD_VARIABLE]: PASSWORD, XDG_STATE_HOME: shell.path('.state') };
    const scoria = async (...args: readonly string[]) => {
      const ended = await shell.run([...args, '--json'], { env });
      expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
      return ended;
    };
    expect(await scoria('kv', 'set', 'a', '1', '--log', owner)).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('LogNotMigrated'),
    });
    expect(JSON.parse((await scoria('log', 'migrate', '--log', owner)).stdout)).toMatchObject({ from: 0, to: 2 });
    await server.admin(database, ...server.grants('application', 'application'));

    await shell.json('audit', 'key', 'create', `${server.product}.key`, '--log', ':memory:');
    const settings = [
      `log: ${application}`,
      `audit_key_file: ${server.product}.key`,
      `key_store: ${server.product}.keys`,
    ];
    await writeFile(shell.path('scoria.yaml'), `${settings.join('\n')}\n`);
    const follower = new Running(shell.start(['events', 'follow', '--after', '0', '--json'], env));
    const set = [1, 2, 3, 4].map((value) => scoria('kv', 'set', `key-${value}`, String(value)));
    expect((await Promise.all(set)).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    for (const value of [1, 2, 3, 4]) await follower.printed(new RegExp(`key-${value}`));
    expect(await follower.interrupted()).toBe(0);

    expect((await scoria('audit', 'seal')).code).toBe(0);
    expect(JSON.parse((await scoria('audit', 'verify')).stdout)).toMatchObject({ checkpoints: 1 });
    await server.admin(
      database,
      ...(server.product === 'MariaDB'
        ? ['DROP TRIGGER scoria_events_are_not_changed']
        : ['ALTER TABLE scoria_events DISABLE TRIGGER scoria_events_stay']),
      `UPDATE scoria_events SET hash = '${'0'.repeat(64)}' WHERE position = 2`,
    );
    expect(await scoria('audit', 'verify')).toMatchObject({ code: 8, stderr: expect.stringContaining('RecordBroken') });
  });
});
