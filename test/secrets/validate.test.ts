import { mkdirSync, writeFileSync } from 'node:fs';
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
