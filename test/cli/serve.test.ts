import { expect, onTestFinished, test } from 'vitest';
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
