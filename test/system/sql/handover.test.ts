import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Running } from '../../cli/running.ts';
import { Shell } from '../../cli/scoria.ts';
import { newLog } from './new-log.ts';
import { onEachServer } from './opening.ts';
import { PASSWORD, PASSWORD_VARIABLE } from './test-server.ts';

const GATED = fileURLToPath(new URL('../../cli/fixtures/gated-driver.ts', import.meta.url));

/** Processes that call their hosts by other names, on one log, for a backend that two of these may execute for. */
class Hosts {
  readonly shell = new Shell();
  readonly #log: string;

  constructor(log: string | null) {
    this.#log = log ?? this.shell.path('scoria.db');
  }

  on(host: string, offerTimeoutSeconds = 60): Readonly<Record<string, string>> {
    return {
      SCORIA_LOG: this.#log,
      SCORIA_HOST: host,
      SCORIA_LOG_LEVEL: 'info',
      SCORIA_OFFER_TIMEOUT: String(offerTimeoutSeconds),
      [PASSWORD_VARIABLE]: PASSWORD,
    };
  }

  async addBackend(): Promise<void> {
    const options = ['--driver', GATED, '--set', `directory=${this.shell.directory}`];
    const hosts = ['--host', 'storage-1', '--host', 'storage-2'];
    const { code, stderr } = await this.shell.run(['backend', 'add', 'gated', ...options, ...hosts], {
      env: this.on('storage-1'),
    });
    if (code !== 0) throw new Error(stderr);
  }

  async serve(host: string): Promise<Running> {
    const server = this.#running(['serve'], this.on(host));
    await server.printed(/Serving/);
    return server;
  }

  /** A creation that is given on a host that may not execute it. */
  create(name: string, env = this.on('web')): Running {
    return this.#running(['volume', 'create', 'gated', '1', '--name', name, '--json'], env);
  }

  open(): Promise<void> {
    return writeFile(this.shell.path('open'), '');
  }

  hasBegun(): Promise<boolean> {
    return vi.waitUntil(() => existsSync(this.shell.path('begun')), { interval: 10, timeout: 60_000 });
  }

  /** What happened, and on which host it was written. */
  async told(): Promise<readonly string[]> {
    const { stdout } = await this.shell.run(['events', 'list', '--json'], { env: this.on('reader') });
    const events = JSON.parse(stdout) as readonly { type: string; stream: string; meta: { executor: string } }[];
    return events
      .filter(({ stream }) => stream.startsWith('volume-'))
      .map(({ type, meta }) => `${type} on ${meta.executor.split('/')[0]}`);
  }

  #running(args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const running = new Running(this.shell.start(args, env));
    onTestFinished(() => void running.child.kill('SIGKILL'));
    return running;
  }
}

const handsOver = (newPlace: () => Promise<string | null>): void => {
  const house = async (): Promise<Hosts> => {
    const hosts = new Hosts(await newPlace());
    await hosts.addBackend();
    return hosts;
  };

  test('a command given on one host is executed on another, and answers', async () => {
    const hosts = await house();
    await hosts.open();
    const server = await hosts.serve('storage-1');
    const creating = hosts.create('found');
    expect(await creating.ended, creating.stderr).toBe(0);
    expect(JSON.parse(creating.stdout)).toMatchObject({ name: 'found', status: 'available' });
    expect(await hosts.told()).toEqual([
      'VolumeCreationRequested on web',
      'VolumeOperationOffered on web',
      'VolumeOperationClaimed on storage-1',
      'VolumeCreated on storage-1',
    ]);
    expect(await server.interrupted('SIGTERM')).toBe(0);
  });

  test('a server that is killed in the call is recovered by another that may execute, and its caller hears', async () => {
    const hosts = await house();
    const killed = await hosts.serve('storage-1');
    const creating = hosts.create('lost');
    await hosts.hasBegun();
    expect(await killed.interrupted('SIGKILL')).toBe('SIGKILL');
    await hosts.serve('storage-2');
    expect(await creating.ended).not.toBe(0);
    expect(creating.stderr).toContain('did not take effect');
    expect(await hosts.told()).toEqual([
      'VolumeCreationRequested on web',
      'VolumeOperationOffered on web',
      'VolumeOperationClaimed on storage-1',
      'VolumeOperationClaimed on storage-2',
      'VolumeCreationFailed on storage-2',
    ]);
  });

  test('a command that no host takes up fails at its deadline, and a server that comes later does not execute it', async () => {
    const hosts = await house();
    await hosts.open();
    const creating = hosts.create('late', hosts.on('web', 1));
    expect(await creating.ended).not.toBe(0);
    expect(creating.stderr).toContain('NotTakenUp');
    const server = await hosts.serve('storage-1');
    const after = hosts.create('after');
    expect(await after.ended, after.stderr).toBe(0);
    expect(await server.interrupted('SIGTERM')).toBe(0);
    expect((await hosts.told()).slice(0, 3)).toEqual([
      'VolumeCreationRequested on web',
      'VolumeOperationOffered on web',
      'VolumeCreationFailed on web',
    ]);
    expect((await hosts.told()).filter((event) => event.startsWith('VolumeCreated'))).toEqual([
      'VolumeCreated on storage-1',
    ]);
  });

  test('of two servers exactly one takes up each command', async () => {
    const hosts = await house();
    await hosts.open();
    await Promise.all([hosts.serve('storage-1'), hosts.serve('storage-2')]);
    const creating = ['a', 'b', 'c', 'd'].map((name) => hosts.create(name));
    for (const one of creating) expect(await one.ended, one.stderr).toBe(0);
    const told = await hosts.told();
    for (const event of ['VolumeOperationClaimed', 'VolumeCreated'])
      expect(told.filter((one) => one.startsWith(event))).toHaveLength(creating.length);
  });
};

describe('SQLite', () => handsOver(async () => null));

await onEachServer(({ server }) => handsOver(async () => server.url(await newLog(server), 'application')));
