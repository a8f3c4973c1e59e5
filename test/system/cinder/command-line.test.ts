import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Shell } from '../../cli/scoria.ts';
import { expectNone, expectNoneInFiles } from '../../secrets/marks.ts';
import { FIXTURES } from './class-fixture.ts';

const CANARY = 'canary-';
/** What the driver itself makes of its credentials. */
const MADE = 'made-by-the-driver-9';
const MASTER = randomBytes(32).toString('base64');
const SECRETS = [CANARY, MADE, MASTER];

const shell = new Shell();
mkdirSync(shell.path('tmp'));
const ENVIRONMENT = {
  PYTHONPATH: FIXTURES,
  TMPDIR: shell.path('tmp'),
  SCORIA_TEST_PASSWORD: `${CANARY}password`,
  SCORIA_TEST_TOKEN: `${CANARY}token`,
  SCORIA_TEST_MASTER: MASTER,
  SCORIA_MASTER_KEY: 'env:SCORIA_TEST_MASTER',
  SCORIA_RECONCILE_TIMEOUT: '0',
};
/** What holds credentials itself. */
const elsewhere = mkdtempSync(join(tmpdir(), 'scoria-elsewhere-'));
afterAll(() => rmSync(elsewhere, { recursive: true }));

const ODD = 'cinder:misbehaving.OddDriver';
const GIVEN = [
  '--set',
  'fixture_password=env:SCORIA_TEST_PASSWORD',
  '--set',
  'fixture_api_token=env:SCORIA_TEST_TOKEN',
];

const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await shell.run([...args, '--log-level', 'trace'], { env: ENVIRONMENT });
  expectNone(SECRETS, 'what it printed', stdout + stderr);
  expectNoneInFiles(SECRETS, shell.directory);
  return { code, stdout, stderr };
};

describe('no verb shows a credential of a driver of Cinder', () => {
  test.each([
    ['backend', 'add', 'odd', '--driver', ODD, ...GIVEN],
    ['driver', 'show', ODD],
    ['backend', 'show', 'odd'],
    ['backend', 'list'],
    ['backend', 'stats', 'odd'],
    ['backend', 'change', 'odd', ...GIVEN],
  ])('%s %s', async (...args) => {
    expect((await run(...args)).code).toBe(0);
  });

  test('volume create, whatever the driver says of what it was given', async () => {
    const leaking = await run('volume', 'create', 'odd', '1', '--name', 'leaks');
    expect(leaking.code).toBe(0);
    expect(leaking.stderr).toContain('the password is [secret]');
    const refused = await run('volume', 'create', 'odd', '1', '--name', 'is_refused');
    expect(refused.stderr).toContain('the token [secret] is too old');
    expect((await run('volume', 'show', 'leaks', '--json')).stdout).toContain('sealed');
  });

  test.each([
    ['dump', shell.path('dump.json'), '--with-configuration'],
    ['events', 'export', shell.path('events.ndjson')],
    ['history', 'leaks'],
    ['config', 'show'],
  ])('%s %s', async (...args) => {
    expect((await run(...args)).code).toBe(0);
  });

  test('backend add, given one that is no reference', async () => {
    for (const option of ['fixture_password', 'fixture_api_token']) {
      const { code, stderr } = await run(
        'backend',
        'add',
        'other',
        '--driver',
        ODD,
        '--set',
        `${option}=${CANARY}clear`,
      );
      expect(code).toBe(2);
      expect(stderr).toContain(option);
    }
  });

  test('validate, whose file has them in the clear', async () => {
    const credentials = { fixture_password: `${CANARY}clear-password`, fixture_api_token: `${CANARY}clear-token` };
    const backend = { volume_backend_name: 'odd', volume_driver: ODD, ...credentials };
    const file = join(elsewhere, 'backends.yaml');
    writeFileSync(file, JSON.stringify({ logs: true, backends: [backend] }));
    const outputs = ['--html', shell.path('report.html'), '--junit', shell.path('report.xml')];
    const { stdout } = await run('validate', file, '--only', 'deletes a volume', ...outputs, '--json');
    const [{ options }] = JSON.parse(stdout).backends;
    expect(options).toEqual({ fixture_password: '(not shown)', fixture_api_token: '(not shown)' });
  });
});
