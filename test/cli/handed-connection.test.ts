import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { CANARY } from '../secrets/drivers/talkative.ts';
import { expectNone } from '../secrets/marks.ts';
import { Shell } from './scoria.ts';

const DRIVER = new URL('../secrets/drivers/talkative.ts', import.meta.url).pathname;
const PASSWORD = { SCORIA_TEST_PASSWORD: `${CANARY}array-password` };

/** `here` has the log, `there` has not. */
describe('a connection that goes to another host as JSON', () => {
  const [here, there] = [new Shell(), new Shell()];
  let connection = '';

  const on = async (shell: Shell, args: readonly string[], input = '') => {
    const ended = await shell.run([...args, '--json'], { input, env: PASSWORD });
    return { ...ended, said: JSON.parse(ended.code === 0 ? ended.stdout : ended.stderr) };
  };
  const shown = async (...args: readonly string[]) =>
    (await on(here, ['connection', 'show', connection, ...args])).stdout;
  const withSecrets = () => shown('--show-secrets', '--reason', 'for the other host');

  beforeAll(async () => {
    const options = ['--set', `directory=${here.path('volumes')}`, '--set', 'password=env:SCORIA_TEST_PASSWORD'];
    await on(here, ['backend', 'add', 'store', '--driver', DRIVER, ...options]);
    await on(here, ['volume', 'create', 'store', '1', '--name', 'data']);
    const { stdout: properties } = await on(there, ['connector']);
    connection = (await on(here, ['connection', 'create', 'data', '--connector', '-'], properties)).said.id;
  });

  test('is refused with its credentials sealed, and says how they are shown', async () => {
    const { code, said } = await on(there, ['connection', 'attach-from', '-'], await shown());
    expect(code).toBe(2);
    expect(said.error).toMatchObject({ code: 'InvalidInput', remedy: expect.stringContaining('--show-secrets') });
  });

  test('is attached there without a log, and shows no credential', async () => {
    const attach = ['connection', 'attach-from', '-', '--log-level', 'trace'];
    const { said: device, stdout, stderr } = await on(there, attach, await withSecrets());
    expect(existsSync(device.path)).toBe(true);
    expectNone([CANARY], 'what it printed', stdout + stderr);
    expect(existsSync(there.path('scoria.db'))).toBe(false);
    const report = ['connection', 'report-device', connection, '--device', '-'];
    expect((await on(here, report, JSON.stringify(device))).said).toMatchObject({
      status: 'attached',
      path: device.path,
    });
  });

  test('is for the host that was connected', async () => {
    const elsewhere = JSON.stringify({ ...JSON.parse(await withSecrets()), connector: { host: 'node7' } });
    const { code, said } = await on(there, ['connection', 'detach-from', '-'], elsewhere);
    expect(code).toBe(4);
    expect(said.error).toMatchObject({ code: 'InvalidConnection', message: expect.stringContaining(hostname()) });
  });

  test('shows that host the size that the volume has by now', async () => {
    await on(here, ['volume', 'extend', 'data', '2']);
    const { said } = await on(there, ['connection', 'extend-from', '-'], await shown());
    expect(said).toEqual({ id: connection, size_bytes: String(2 * 1024 ** 3) });
  });

  test('is detached there, which the record is told before it is disconnected', async () => {
    const { path } = JSON.parse(await shown()).device;
    const detached = await on(there, ['connection', 'detach-from', '-'], await shown());
    expect(detached.said).toEqual({ id: connection, device: null });
    const attachedStill = await there.run(['connection', 'detach-from', '-', '--force'], { input: await shown() });
    expect(attachedStill).toMatchObject({ code: 0, stdout: `connection ${connection}: detached\n` });
    expect(path).toEqual(expect.any(String));
    expect((await on(here, ['connection', 'delete', connection])).code).toBe(4);
    const reported = await on(here, ['connection', 'report-detached', connection]);
    expect(reported.said).toMatchObject({ status: 'reserved', path: null });
    expect((await on(here, ['connection', 'delete', connection])).said).toEqual({ id: connection, status: 'deleted' });
  });

  test('is refused when it is no connection', async () => {
    for (const [input, says] of [
      ['{"host":"node7"}', 'connection_info'],
      ['[]', 'JSON object'],
    ]) {
      const { code, said } = await on(there, ['connection', 'attach-from', '-'], input);
      expect(code).toBe(2);
      expect(said.error.message).toContain(says);
    }
  });
});
