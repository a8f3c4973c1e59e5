import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createEngine, silentLogger } from '../../../src/index.ts';
import { Shell } from '../../cli/scoria.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

process.env[PASSWORD_VARIABLE] = PASSWORD;
const shell = new Shell();

await onEachServer(({ server }) => {
  const env = { [PASSWORD_VARIABLE]: PASSWORD };
  const status = async (log: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await shell.run(['status', '--log', log, '--json', ...args], { env });
    expect(stdout + stderr).not.toContain(PASSWORD);
    return { exit: code, ...JSON.parse(stdout) };
  };

  const emptyLog = async () => {
    const database = await newLog(server);
    return { database, log: server.url(database, 'application') };
  };

  it('a read after an append waits while the connection is held, says so in time, and sees it all afterwards', async () => {
    const { database, log } = await emptyLog();
    const { port } = server.place(database);
    const proxy = await cuttingProxy(port);
    onTestFinished(() => proxy.close());
    const engine = await createEngine({
      log: log.replace(`:${port}/`, `:${proxy.port}/`),
      keyStore: shell.path(`${server.product}.keys`),
      projectionDirectory: shell.path(`${server.product}-held`),
      catchUpTimeoutMs: 500,
      logger: silentLogger,
    });
    onTestFinished(() => engine.close());
    await engine.keyValues.set('a', '1');
    proxy.hold(true);
    await expect(engine.keyValues.get('a')).rejects.toMatchObject({
      code: 'ProjectionBehind',
      message: expect.stringMatching(/"inventory" stands at position 0, .* the log did not answer within 0.5 s/),
    });
    proxy.hold(false);
    expect(await engine.keyValues.get('a')).toBe('1');
  });

  it('a catch-up that is killed goes on where it stood', async () => {
    const { log } = await emptyLog();
    const engine = await createEngine({ log, keyStore: shell.path('fill.keys'), logger: silentLogger });
    onTestFinished(() => engine.close());
    const KEYS = 6_000;
    const lines = await shell.run(['kv', 'list', '--log', log, '--json'], { env });
    expect(JSON.parse(lines.stdout)).toEqual([]);
    await Promise.all(Array.from({ length: KEYS }, (_, key) => engine.keyValues.set(`key-${key}`, 'x')));

    const state = shell.path(`${server.product}-state`);
    const projections = join(state, 'scoria', 'projections');
    mkdirSync(state);
    const own = { ...env, XDG_STATE_HOME: state };
    const inventory = async () => {
      const { stdout } = await shell.run(['projection', 'status', '--log', log, '--json'], { env: own });
      return JSON.parse(stdout)[0];
    };
    expect(await inventory()).toMatchObject({ position: '0', lag: { events: KEYS, more: false } });
    const child = shell.start(['kv', 'list', '--log', log, '--json'], own);
    const ended = new Promise((resolve) => child.on('close', resolve));
    let killedAt = 0n;
    while (killedAt === 0n && child.exitCode === null) killedAt = BigInt((await inventory()).position);
    child.kill('SIGKILL');
    await ended;
    const { position } = await inventory();
    expect(BigInt(position)).toBeGreaterThan(0n);
    const list = await shell.run(['kv', 'list', '--log', log, '--json'], { env: own });
    expect(JSON.parse(list.stdout)).toHaveLength(KEYS);
    expect(await inventory()).toMatchObject({ position: String(KEYS), lag: { events: 0 } });

    for (const name of readdirSync(projections)) rmSync(join(projections, name));
    const again = await shell.run(['kv', 'list', '--log', log, '--json'], { env: own });
    expect(again.stdout).toBe(list.stdout);
    expect(existsSync(projections)).toBe(true);
  });

  it('the status finds a server that is gone, and one that came back', async () => {
    const { log, database } = await emptyLog();
    expect(await status(log)).toMatchObject({ exit: 0, ok: true, head: '0' });
    await server.stop();
    const name = server.place(database).name;
    expect(await status(log, '--within', '3')).toMatchObject({
      exit: 8,
      ok: false,
      log: name,
      head: null,
      findings: [{ code: 'LogUnavailable' }],
    });
    await server.start();
    expect(await status(log)).toMatchObject({ exit: 0, ok: true, log: name });
  });
});
