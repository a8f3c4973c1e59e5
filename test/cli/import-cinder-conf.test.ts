import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Shell } from './scoria.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../config/fixtures/cinder/${name}`, import.meta.url));

const shell = new Shell();
const VERB = ['import', 'cinder-conf'];

/** Without the backend whose driver is Cinder's own. */
const ownBackends = (): void => {
  const text = readFileSync(fixture('cinder.conf'), 'utf8');
  writeFileSync(shell.path('cinder.conf'), text.replace('    array, gone\n', '    gone\n'));
};

test('what is made of a cinder.conf is a configuration, once the credentials are where it says', async () => {
  ownBackends();
  const made = await shell.run([...VERB, 'cinder.conf', '--output', 'scoria.yaml']);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('the configuration is in scoria.yaml') });
  expect(made.stderr).toContain('cinder.conf:26:1: lvm-1.volum_clear: is left out');
  expect(made.stderr).toContain('hint: did you mean "volume_clear"?');
  const missing = await shell.run(['config', 'check']);
  expect(missing).toMatchObject({ code: 2, stdout: expect.stringContaining('SCORIA_LVM_1_CHAP_PASSWORD is not set') });
  const env = { SCORIA_LVM_1_CHAP_PASSWORD: 'twelve-letters' };
  const checked = await shell.run(['config', 'check'], { env });
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('scoria.yaml: nothing is wrong') });
  expect(made.stdout + made.stderr + readFileSync(shell.path('scoria.yaml'), 'utf8')).not.toContain('canary');
});

test('a file that is there already stays as it is, unless told otherwise', async () => {
  writeFileSync(shell.path('mine.yaml'), 'user: ada\n');
  copyFileSync(fixture('cinderlib.yaml'), shell.path('backends.yaml'));
  const line = [...VERB, 'backends.yaml', '--output', 'mine.yaml'];
  const refused = await shell.run(line);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('mine.yaml is there already') });
  expect(readFileSync(shell.path('mine.yaml'), 'utf8')).toBe('user: ada\n');
  expect((await shell.run([...line, '--overwrite'])).code).toBe(0);
  expect(readFileSync(shell.path('mine.yaml'), 'utf8')).toContain('volume_group: cinder-volumes');
});

test('standard output has the configuration alone, or all of it for programs', async () => {
  ownBackends();
  const { stdout } = await shell.run([...VERB, '-'], { input: '[DEFAULT]\nenabled_backends = lvm\n[lvm]\nx = 1\n' });
  expect(stdout).toBe('backends:\n  lvm:\n    volume_driver: lvm\n');
  const [note] = (await shell.json(...VERB, 'cinder.conf', '--backend', 'lvm-1=lvm')).notes;
  expect(note).toMatchObject({ file: 'cinder.conf', line: 3, field: 'DEFAULT.enabled_backends' });
});

test('a dump for cinderlib is written with what did not come along, and shows secrets for a reason only', async () => {
  const log = ['--log', 'dumped.db'];
  await shell.json('backend', 'add', 'store', '--driver', 'memory', ...log);
  await shell.json('kv', 'set', 'node7', 'value', ...log);
  const dumped = await shell.run(['dump', '--format', 'cinderlib', ...log]);
  expect(JSON.parse(dumped.stdout)).toEqual([
    { class: 'Backend', backend: { volume_backend_name: 'store' }, volumes: [] },
  ]);
  expect(dumped.stderr).toMatch(/^backend store: Cinder has no driver like memory: .*\nkey-value node7: /);
  const file = await shell.json('dump', 'there.json', '--format', 'cinderlib', ...log);
  expect(file.notes).toHaveLength(2);
  expect(readFileSync(shell.path('there.json'), 'utf8')).toBe(dumped.stdout);
  const unexplained = await shell.run(['dump', '--format', 'cinderlib', '--show-secrets', ...log]);
  expect(unexplained).toMatchObject({ code: 2, stderr: expect.stringContaining('--show-secrets needs a reason') });
  const ours = await shell.run(['dump', '--show-secrets', '--reason', 'x', ...log]);
  expect(ours).toMatchObject({ code: 2, stderr: expect.stringContaining('--format cinderlib') });
});
