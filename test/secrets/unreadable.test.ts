import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { memoryArray } from '../../src/drivers/memory/array.ts';
import { createEngine, silentLogger } from '../../src/index.ts';
import { Shell } from '../cli/scoria.ts';
import { masterFile } from './key-store-suite.ts';
import { expectNone } from './marks.ts';

const reason = 'ticket 4711';

/** A log with the credentials of three volumes, of which one was shredded, in a directory where commands are given. */
const sealed = async () => {
  const shell = new Shell();
  const array = memoryArray(randomUUID());
  onTestFinished(() => array.reset());
  const engine = await createEngine({ log: shell.path('scoria.db'), logger: silentLogger });
  const options = { array: array.name, use_chap_auth: true };
  const backend = await engine.addBackend({ name: 'store', driver: 'memory', options });
  const volumes = await Promise.all([1, 2, 3].map(() => backend.createVolume({ size: 1 })));
  const connections = await Promise.all(volumes.map((volume) => volume.connect({ host: 'node7' })));
  const passwords = connections.map(({ conn_info }) => String(conn_info?.data.auth_password));
  await connections[0]?.disconnect();
  await volumes[0]?.shredSecrets({ reason });
  const view = await engine.view();
  writeFileSync(shell.path('events.ndjson'), (await Array.fromAsync(view.exportEvents())).join(''));
  writeFileSync(shell.path('dump.json'), await view.dump());
  await engine.close();
  const [shredded = '', ...living] = volumes.map(({ id }) => `volume-${id}`);
  return { shell, shredded, living: living.sort(), passwords };
};

test('a copy says which secrets its key store does not open, and why', async () => {
  const { shell, shredded, living, passwords } = await sealed();
  const copy = async (to: string, env: Readonly<Record<string, string>> = {}) => {
    const ended = await shell.run(['log', 'copy', 'scoria.db', to, '--json'], { env });
    expectNone(passwords, 'what it printed', ended.stdout + ended.stderr);
    expect(ended.code).toBe(0);
    return JSON.parse(ended.stdout);
  };
  const all = [shredded, ...living].sort();
  const own = await copy('own.db');
  expect(own).toMatchObject({ found: 0, sealed_streams: 3 });
  expect(own.unreadable_secrets).toEqual(all.map((stream) => ({ stream, reason: 'missing', problem: null })));
  const shared = { SCORIA_KEY_STORE: shell.path('scoria.db.keys') };
  expect((await copy('shared.db', shared)).unreadable_secrets).toEqual([
    { stream: shredded, reason: 'destroyed', problem: null },
  ]);
  const another = { ...shared, SCORIA_MASTER_KEY: `file:${masterFile(shell.directory, 'another')}` };
  const { unreadable_secrets } = await copy('another.db', another);
  const problems = new Map(unreadable_secrets.map((one: { stream: string }) => [one.stream, one]));
  for (const stream of living)
    expect(problems.get(stream)).toMatchObject({
      reason: 'unavailable',
      problem: expect.stringContaining('wrapped by master key'),
    });
});

test.each(['events.ndjson', 'dump.json'])('loading %s says so too, in words for people', async (file) => {
  const { shell, shredded, living, passwords } = await sealed();
  const bare = await shell.run(['load', file, '--log', 'bare.db']);
  expect(bare).toMatchObject({ code: 0, stderr: '' });
  expectNone(passwords, 'what it printed', bare.stdout);
  for (const stream of living) expect(bare.stdout).toContain(`${stream}: its key was never here`);
  const env = { SCORIA_KEY_STORE: shell.path('scoria.db.keys') };
  const whole = await shell.run(['load', file, '--log', 'whole.db', '--json'], { env });
  // A dump has what was shredded no more.
  expect(JSON.parse(whole.stdout).unreadable_secrets).toEqual(
    file === 'dump.json' ? [] : [{ stream: shredded, reason: 'destroyed', problem: null }],
  );
});
