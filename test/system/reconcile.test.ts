import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { backingFileOf } from '../../src/drivers/file/loop-devices.ts';
import { Shell } from '../cli/scoria.ts';
import { runForReal } from '../drivers/file-fixture.ts';

const shell = new Shell();

test('a loop device that outlived its connection is told as an export, and detached', async () => {
  await shell.addStore();
  const { id } = await shell.json('volume', 'create', 'store', '1', '--name', 'data');
  const { id: connection, path } = await shell.json('volume', 'attach', 'data');
  onTestFinished(async () => {
    if ((await backingFileOf(path)) !== null) await runForReal('losetup', ['--detach', path], { root: true });
  });
  expect(existsSync(path)).toBe(true);
  expect((await shell.run(['backend', 'reconcile', 'store'])).code).toBe(0);
  await shell.json('connection', 'delete', connection, '--force', '--reason', 'a try');

  const { code, stdout } = await shell.run(['backend', 'reconcile', 'store', '--json']);
  expect(code).toBe(9);
  expect(JSON.parse(stdout).differences).toMatchObject([{ kind: 'export', reference: path, volume_id: id }]);
  expect(await shell.refused('volume', 'delete', 'data')).toMatchObject({ message: expect.stringContaining(path) });
  await shell.json('backend', 'delete-resource', 'store', path, '--reason', 'nobody uses it');
  expect(await backingFileOf(path)).toBeNull();
  expect((await shell.run(['backend', 'reconcile', 'store'])).code).toBe(0);
});
