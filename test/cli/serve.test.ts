import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Running } from './running.ts';
import { Shell } from './scoria.ts';

test('`scoria serve` executes what another host may not, and ends when it is told to', async () => {
  const shell = new Shell();
  const storage = { SCORIA_HOST: 'storage', SCORIA_LOG_LEVEL: 'info' };
  const web = { SCORIA_HOST: 'web', SCORIA_OFFER_TIMEOUT: '1' };
  const add = ['backend', 'add', 'store', '--driver', 'file', '--set', `directory=${shell.path('volumes')}`];
  expect((await shell.run([...add, '--host', 'storage'], { env: storage })).code).toBe(0);

  const create = (name: string, env: Readonly<Record<string, string>>) =>
    shell.run(['volume', 'create', 'store', '1', '--name', name, '--json'], { env });
  const nobody = await create('lost', web);
  expect(nobody.code).not.toBe(0);
  expect(nobody.stderr).toContain('NotTakenUp');

  const server = new Running(shell.start(['serve'], storage));
  onTestFinished(() => void server.child.kill('SIGKILL'));
  await server.printed(/Serving/);
  const made = await create('found', { ...web, SCORIA_OFFER_TIMEOUT: '60' });
  expect(JSON.parse(made.stdout)).toMatchObject({ status: 'available' });
  const history = await shell.json('history', 'found');
  expect(history.find(({ type }: { type: string }) => type === 'VolumeOperationOffered').words).toContain('storage');
  expect(await server.interrupted('SIGTERM')).toBe(0);
  expect(server.stderr).toContain('Served');
});

const GATED = fileURLToPath(new URL('./fixtures/gated-driver.ts', import.meta.url));

test('SIGTERM lets what a server has in hand come to its end, and takes up nothing more', async () => {
  const shell = new Shell();
  const storage = { SCORIA_HOST: 'storage', SCORIA_LOG_LEVEL: 'info', SCORIA_LEASE: '1' };
  const web = { SCORIA_HOST: 'web', SCORIA_LEASE: '1' };
  const add = ['backend', 'add', 'gated', '--driver', GATED, '--set', `directory=${shell.directory}`];
  expect((await shell.run([...add, '--host', 'storage'], { env: storage })).code).toBe(0);
  const leases = (): readonly unknown[] => {
    using log = new DatabaseSync(shell.path('scoria.db'), { readOnly: true });
    const isMade = log.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'leases'").get() !== undefined;
    return isMade ? log.prepare("SELECT executor FROM leases WHERE executor LIKE 'storage/%'").all() : [];
  };

  const server = new Running(shell.start(['serve'], storage));
  onTestFinished(() => void server.child.kill('SIGKILL'));
  await server.printed(/Serving/);
  const creating = new Running(shell.start(['volume', 'create', 'gated', '1', '--json'], web));
  await vi.waitUntil(() => existsSync(shell.path('begun')), { interval: 10, timeout: 20_000 });
  await vi.waitUntil(() => leases().length === 1, { interval: 10, timeout: 20_000 });
  server.child.kill('SIGTERM');
  await server.printed(/stopping: what is under way/);
  const second = await shell.run(['volume', 'create', 'gated', '1'], { env: { ...web, SCORIA_OFFER_TIMEOUT: '1' } });
  expect(second.stderr).toContain('no host took up');

  await writeFile(shell.path('open'), '');
  expect(await server.ended).toBe(0);
  expect(server.stderr).toContain('Served');
  expect(leases()).toEqual([]);
  expect(await creating.ended).toBe(0);
  expect(JSON.parse(creating.stdout)).toMatchObject({ status: 'available' });
});

test('`backend add` takes the hosts from scoria.yaml, unless they are given; `backend show` tells them', async () => {
  const shell = new Shell();
  const env = { SCORIA_HOST: 'storage' };
  await writeFile(
    shell.path('scoria.yaml'),
    'backends: { store: { volume_driver: memory, hosts: [storage, spare] } }\n',
  );
  expect((await shell.run(['backend', 'add', 'store'], { env })).code).toBe(0);
  expect((await shell.json('backend', 'show', 'store')).hosts).toEqual(['storage', 'spare']);
  expect((await shell.run(['backend', 'change', 'store', '--host', 'storage'], { env })).code).toBe(0);
  expect((await shell.run(['backend', 'show', 'store'])).stdout).toMatch(/^hosts +\["storage"\]$/m);
  expect((await shell.json('config', 'check')).differences).toEqual([
    { backend: 'store', difference: 'other options', options: ['hosts'] },
  ]);
  expect((await shell.run(['backend', 'change', 'store', '--any-host'])).code).toBe(0);
  expect((await shell.json('backend', 'show', 'store')).hosts).toEqual([]);
});
