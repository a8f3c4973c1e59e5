import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Shell } from '../cli/scoria.ts';
import { CANARY, MOOD, WITNESS } from './drivers/talkative.ts';
import { expectNone, expectNoneInFiles } from './marks.ts';

const DRIVER = join(import.meta.dirname, 'drivers/talkative.ts');

/** Where the file is that has the credential in the clear. */
const elsewhere = new Shell();
const file = elsewhere.path('backends.yaml');

const write = (directory: string): void => {
  const backend = {
    ...{ volume_backend_name: 'talkative', volume_driver: DRIVER },
    ...{ directory, password: `${CANARY}clear-password` },
  };
  const driverless = { volume_backend_name: 'netapp', volume_driver: 'cinder.Netapp', san_password: `${CANARY}san` };
  writeFileSync(file, JSON.stringify({ logs: true, backends: [backend, driverless] }));
};

const ONLY = ['each twice in a row', 'keeps the credentials'];

describe('no validation shows a credential that stands in its file', () => {
  test.each(['content', 'refusing', 'losing'])('with a driver that is %s', async (mood) => {
    const shell = new Shell();
    mkdirSync(shell.path('tmp'));
    write(shell.path('volumes'));
    const env = { TMPDIR: shell.path('tmp'), [MOOD]: mood, [WITNESS]: shell.path('witness') };
    for (const only of ONLY) {
      const outputs = ['--only', only, '--html', shell.path('report.html'), '--junit', shell.path('report.xml')];
      const { stdout, stderr } = await shell.run(['validate', file, ...outputs, '--json'], { env });
      expectNone([CANARY], 'what it printed', stdout + stderr);
      const [talkative] = JSON.parse(stdout).backends;
      // It was given the credential, or it could say nothing of it.
      expect(talkative.status).toBe(mood === 'content' ? 'passed' : 'not usable');
      if (mood !== 'content') expect(talkative.error.message).toContain('[secret]');
      expect(stderr).toContain('Using [secret]');
    }
    expectNoneInFiles([CANARY], shell.directory);
  });
});

test('no validation shows an option that may be a credential, of which the driver does not say so', async () => {
  const shell = new Shell();
  mkdirSync(shell.path('tmp'));
  const hidden = {
    ...{ api_key: `${CANARY}key`, san_password: `${CANARY}san`, access_token: `${CANARY}access` },
    ...{ array_jwt: `${CANARY}jwt`, parameters: `token=${CANARY}parameter` },
    ...{ management_url: `https://ada:${CANARY}url@array.example/`, proxies: [`http://${CANARY}name@proxy.example`] },
  };
  const shown = {
    ...{ rbd_keyring_conf: '/etc/ceph/keyring', san_private_key: '/etc/ssh/array' },
    ...{ as13000_token_available_time: '3300', plain_url: 'https://array.example/' },
    ...{ max_over_subscription_ratio: '17.5', reserved_percentage: 13 },
  };
  const backend = {
    ...{ volume_backend_name: 'array', volume_driver: join(import.meta.dirname, 'drivers/undeclared.ts') },
    ...{ directory: shell.path('volumes'), ...hidden, ...shown },
  };
  writeFileSync(file, JSON.stringify({ backends: [backend] }));
  const [html, junit] = [shell.path('report.html'), shell.path('report.xml')];
  const validate = ['validate', file, '--only', 'deletes a volume', '--html', html, '--junit', junit];
  const env = { TMPDIR: shell.path('tmp') };
  const table = await shell.run(validate, { env });
  const { stdout, stderr, code } = await shell.run([...validate, '--json'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expectNone([CANARY], 'what it printed', table.stdout + table.stderr + stdout);
  expectNoneInFiles([CANARY], shell.directory);
  const [{ options }] = JSON.parse(stdout).backends;
  expect(options).toMatchObject(shown);
  expect(Object.keys(hidden).map((name) => options[name])).toEqual(Object.keys(hidden).map(() => '(not shown)'));
  for (const report of [html, junit].map((path) => readFileSync(path, 'utf8'))) {
    for (const [name, value] of Object.entries(shown)) {
      expect(report).toContain(name);
      expect(report).toContain(String(value));
    }
  }
});
