import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FileStep } from '../../src/drivers/root-files.ts';

const sources = (file: string) => fileURLToPath(new URL(`../../src/drivers/${file}`, import.meta.url));
const PASSWORD = 'a-password-of-somebody';

/** Run as `nobody`: performs the steps through the root helper, and prints what came of it. */
const SCRIPT = `
  import { createCommandRunner } from ${JSON.stringify(sources('command-runner.ts'))};
  import { rootFiles } from ${JSON.stringify(sources('root-files.ts'))};
  const lines = [];
  const note = (fields, message) => lines.push(JSON.stringify(fields) + message);
  const log = { debug: note, info: note, warn: note, error: note };
  const files = rootFiles(createCommandRunner({ rootHelper: 'sudo -n', log }));
  const outcome = await files(JSON.parse(process.argv[2])).then(
    (answers) => ({ answers }),
    ({ code, path, message }) => ({ code, path, message }),
  );
  console.log(JSON.stringify({ ...outcome, user: process.getuid() !== 0, lines }));
`;

/**
 * In a mount namespace of its own: this machine's files of iSCSI and rules for sudo stay as they are, and the rule lets
 * run this one program and nothing else.
 */
const AS_NOBODY = `
  mkdir -p /etc/iscsi /run/tgtd
  mount --bind "$1/sudoers" /etc/sudoers.d
  mount --bind "$1/iscsi" /etc/iscsi
  mount --bind "$1/tgtd" /run/tgtd
  reading='--inh-caps +dac_read_search --ambient-caps +dac_read_search'
  exec setpriv --reuid nobody --regid nogroup --clear-groups $reading "$2" "$1/script.mjs" "$3"
`;

interface Outcome {
  readonly answers?: readonly unknown[];
  readonly code?: string;
  readonly path?: string;
  readonly message?: string;
  readonly lines: readonly string[];
  readonly user: boolean;
}

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'scoria-root-files-'));
  for (const directory of ['.', 'sudoers', 'iscsi', 'tgtd']) {
    mkdirSync(join(place, directory), { recursive: true });
    chmodSync(join(place, directory), 0o755);
  }
  const program = `${process.execPath} ${sources('root-files/main.ts')}`;
  writeFileSync(join(place, 'sudoers', 'scoria'), `nobody ALL=(root) NOPASSWD: ${program}\n`, { mode: 0o440 });
  writeFileSync(join(place, 'script.mjs'), SCRIPT, { mode: 0o644 });
});

afterAll(() => rmSync(place, { recursive: true }));

const performed = async (steps: readonly (FileStep | object)[]): Promise<Outcome> => {
  const args = ['--mount', 'sh', '-euc', AS_NOBODY, 'sh', place, process.execPath, JSON.stringify(steps)];
  const child = spawn('unshare', args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(stderr).toBe('');
  const outcome = JSON.parse(stdout) as Outcome;
  expect(outcome.user).toBe(true);
  expect(outcome.lines.join('\n')).not.toContain(PASSWORD);
  return outcome;
};

test('a user changes the storage’s files through the root helper, and nobody else reads them', async () => {
  const path = '/etc/iscsi/nodes/a/record';
  const { answers } = await performed([
    { do: 'replace', path, text: `password = ${PASSWORD}\n` },
    { do: 'mkdir', path: '/etc/iscsi/nodes' },
    { do: 'list', path: '/etc/iscsi/nodes/a' },
    { do: 'read', path },
    { do: 'read', path: '/etc/iscsi/none' },
    { do: 'unlink', path },
    { do: 'rmdir', path: '/etc/iscsi/nodes/a' },
    { do: 'rmdir', path: '/etc/iscsi/nodes/a' },
    { do: 'rmdir', path: '/etc/iscsi/nodes' },
  ]);
  expect(answers).toEqual([null, null, ['record'], `password = ${PASSWORD}\n`, null, null, null, null, null]);
});

test.each([
  '/etc/passwd',
  '/etc/iscsi/../passwd',
  '/etc/iscsi',
  '/etc/iscsi/',
  '/etc/iscsiadm',
  'etc/iscsi/x',
  '/etc/iscsi/outside/scoria-test',
  '/etc/iscsi/outside/deeper/scoria-test',
])('%s is not changed', async (path) => {
  symlinkSync('/var', join(place, 'iscsi', 'outside'));
  try {
    const { code } = await performed([{ do: 'replace', path, text: PASSWORD }]);
    expect(code).toMatch(/^(EPERM|EINVAL)$/);
  } finally {
    rmSync(join(place, 'iscsi', 'outside'));
  }
});

test('a link leads nowhere: none is made to elsewhere, and none is followed', async () => {
  const way = '/etc/iscsi/way';
  const detour = [
    { do: 'link', path: way, to: '/etc' },
    { do: 'read', path: '/etc/iscsi/way/shadow' },
  ];
  expect(await performed(detour)).toMatchObject({ code: 'EPERM', path: way });
  symlinkSync('/etc/shadow', join(place, 'iscsi', 'way'));
  try {
    expect(await performed([{ do: 'read', path: way }])).toMatchObject({ code: 'ELOOP', path: way });
    expect(await performed([{ do: 'write', path: way, text: 'x' }])).toMatchObject({ code: 'EINVAL', path: way });
  } finally {
    rmSync(join(place, 'iscsi', 'way'));
  }
});

test.each([
  [{ do: 'chmod', path: '/etc/iscsi/x', text: PASSWORD }],
  [{ do: 'saveTarget', path: '/etc/iscsi/saveconfig.json', name: 'iqn.x' }],
  [{ do: 'saveTarget', path: '/etc/target/saveconfig.json', name: '../x' }],
  [{ do: 'tgtd', path: '/etc/iscsi/socket.0', request: { mode: 'target', operation: 'show' } }],
  [{ do: 'qmp', path: '/run/scoria/rbd/user-space/0a/image', commands: [] }],
  [{ do: 'qmp', path: '/run/scoria/rbd/user-space/0a/qmp', commands: [{ execute: 'object-add' }] }],
  [{ do: 'replace', path: '/etc/iscsi/x', text: PASSWORD, more: PASSWORD }],
  [{ do: 'link', path: '/run/scoria/units/x', to: '/etc/shadow' }],
  [{ do: 'link', path: '/run/scoria/units/x', to: 'rw settled ../../../etc/shadow' }],
  [{ do: 'link', path: '/run/scoria/x', to: 'rw settled iqn.x/0' }],
])('%j is refused, and says nothing of what it holds', async (step) => {
  const { code, message } = await performed([{ do: 'list', path: '/etc/iscsi/none' }, step]);
  expect(code).toMatch(/^(EPERM|EINVAL)$/);
  expect(message).not.toContain(PASSWORD);
});

test('nothing is done of steps among which one is not allowed', async () => {
  const first = { do: 'mkdir', path: '/etc/iscsi/first' };
  expect(await performed([first, { do: 'mkdir', path: '/etc/second' }])).toMatchObject({ code: 'EPERM' });
  expect(readdirSync(join(place, 'iscsi'))).toEqual([]);
});

test('no daemon answers where there is none', async () => {
  const request = { mode: 'target', operation: 'show' };
  const path = '/run/tgtd/socket.0';
  expect(await performed([{ do: 'tgtd', path, request }])).toMatchObject({ code: 'ENOENT', path });
});
