import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engineChecks } from '../../src/testing.ts';
import { type Printed, Shell } from './scoria.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
const broken = (name: string): string =>
  fileURLToPath(new URL(`../testing/broken-drivers/${name}.ts`, import.meta.url));

/** A test in a directory of its own, with nothing in it but a place for temporary files. */
const inShell = (name: string, body: (shell: Shell) => Promise<void>): void => {
  const shell = new Shell();
  test(name, async () => {
    await mkdir(shell.path('tmp'));
    await body(shell);
  });
};

interface Given {
  readonly backends: readonly object[];
  readonly [key: string]: unknown;
}

interface Validated {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const validate = async (shell: Shell, content: Given | string, args: readonly string[]): Promise<Validated> => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(shell.path('backends.yaml'), text);
  return shell.run(['validate', 'backends.yaml', ...args], { env: { TMPDIR: shell.path('tmp') } });
};

const reported = async (shell: Shell, content: Given, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await validate(shell, content, [...args, '--json']);
  return { code, report: JSON.parse(stdout) as Printed, error: stderr === '' ? null : JSON.parse(stderr).error };
};

const refused = async (shell: Shell, content: string, ...args: readonly string[]) => {
  const { code, stdout, stderr } = await validate(shell, content, [...args, '--json']);
  return { code, problems: stdout === '' ? [] : JSON.parse(stdout).problems, error: JSON.parse(stderr).error };
};

const memory = { volume_backend_name: 'array', volume_driver: 'memory' };

describe('scoria validate', () => {
  inShell('runs the whole suite on a backend, and leaves nothing', async (shell) => {
    const { code, report, error } = await reported(shell, { logs: false, venv_sudo: false, backends: [memory] });
    expect(error).toBeNull();
    expect(code).toBe(0);
    expect(report).toMatchObject({
      file: 'backends.yaml',
      passed: true,
      interrupted: false,
      versions: { node: process.versions.node, kernel: expect.stringContaining('Linux') },
      counts: { failed: 0, 'not run': 0 },
    });
    const [backend] = report.backends;
    expect(backend).toMatchObject({ name: 'array', status: 'passed', leftovers: [], journal: null, error: null });
    const stood = backend.checks.flatMap(({ cinderlib = [] }: { cinderlib?: readonly string[] }) => cinderlib);
    expect(stood.toSorted()).toEqual(CINDERLIB_TESTS);
    expect(backend.checks.every(({ status }: { status: string }) => status === 'passed')).toBe(true);
    expect(await readdir(shell.path('tmp'))).toEqual([]);
    expect(existsSync(shell.path('scoria.db'))).toBe(false);
  });

  inShell('tries files of this host, beside a backend that it has no driver for', async (shell) => {
    const files = { volume_backend_name: 'files', volume_driver: 'file', directory: 'volumes' };
    const netapp = { volume_backend_name: 'netapp', volume_driver: 'netapp' };
    const { stdout, stderr, code } = await validate(shell, { backends: [netapp, files] }, ['--only', 'test_c']);
    expect(stdout).toMatch(/^no driver: there is no driver "netapp"$/m);
    expect(stdout).toMatch(/^ok +through an engine, creates and deletes a volume/m);
    expect(stdout).toMatch(/^BACKEND +STATUS +PASSED +FAILED +NOT RUN +NOT SUPPORTED +TIME$/m);
    expect(stdout).toMatch(/^files +(passed|not all run) +\d+ +0 /m);
    expect(stderr).toContain('[1/');
    expect(stderr).toContain('code: ValidationFailed');
    expect(code).toBe(6);
    expect(await readdir(shell.path('volumes'))).toEqual([]);
  });

  inShell('reports checks that fail, and takes away what they made', async (shell) => {
    const backends = [
      { ...memory, volume_backend_name: 'buggy', volume_driver: broken('has-a-bug') },
      { ...memory, volume_backend_name: 'stubborn', volume_driver: broken('refuses-to-delete') },
      memory,
    ];
    const only = ['--only', 'extends', '--junit', 'report.xml'];
    const { code, report, error } = await reported(shell, { backends }, ...only);
    expect(code).toBe(6);
    expect(error).toMatchObject({ code: 'ValidationFailed', message: expect.stringContaining('buggy (failed)') });
    const [buggy, stubborn, good] = report.backends;
    expect(buggy).toMatchObject({ status: 'failed', leftovers: [] });
    expect(buggy.checks[0]).toMatchObject({ status: 'failed', message: expect.stringContaining('Invalid array') });
    expect(existsSync(buggy.journal)).toBe(true);
    expect(stubborn.leftovers[0].why).toMatch(/is busy$/);
    expect(stubborn.clean_up).toBe(`scoria driver check --clean-up ${stubborn.journal}`);
    expect(stubborn.checks[0]).toMatchObject({ status: 'failed' });
    expect(stubborn.checks.at(-1)).toMatchObject({ status: 'not run' });
    expect(good).toMatchObject({ status: 'passed' });
    const xml = await readFile(shell.path('report.xml'), 'utf8');
    expect(xml).toMatch(/<testsuite name="buggy" tests="\d+" failures="[1-9]/);
    expect(xml).toMatch(/<testcase classname="array" name="extends, twice" time="\d+\.\d{3}"\/>/);
  });

  inShell('counts apart what this host cannot try, and does not take it for good', async (shell) => {
    const backends = [{ ...memory, volume_driver: fixture('unreachable-driver') }];
    const { code, report, error } = await reported(shell, { backends }, '--only', 'size asked for');
    expect(report).toMatchObject({ passed: false, counts: { passed: 1, failed: 0, 'not run': 1 } });
    expect(report.backends[0]).toMatchObject({ status: 'not all run' });
    expect(report.backends[0].checks).toContainEqual(
      expect.objectContaining({ status: 'not run', message: expect.stringContaining('protocol "pigeon"') }),
    );
    expect({ code, error }).toMatchObject({ code: 7, error: { code: 'ValidationIncomplete' } });
  });

  inShell('compares sizes as exactly as the file says', async (shell) => {
    const backends = [{ ...memory, volume_driver: fixture('rounding-driver') }];
    const only = ['--only', 'creates a volume of the size'];
    const exact = await reported(shell, { backends }, ...only);
    expect(exact.report.backends[0].checks[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('another size'),
    });
    expect(await reported(shell, { size_precision: 2, backends }, ...only)).toMatchObject({ code: 0 });
    expect(await reported(shell, { size_precision: 3, backends }, ...only)).toMatchObject({ code: 6 });
  });

  inShell('goes on with the others when a backend cannot be used', async (shell) => {
    await writeFile(shell.path('taken'), '');
    const unusable = { volume_backend_name: 'files', volume_driver: 'file', directory: 'taken' };
    const { code, report } = await reported(shell, { backends: [unusable, memory] }, '--only', 'deletes twice');
    expect(code).toBe(6);
    expect(report.backends[0]).toMatchObject({ status: 'not usable', error: { code: 'DriverFailed' }, checks: [] });
    expect(report.backends[1]).toMatchObject({ status: 'passed' });
    expect(await readdir(shell.path('tmp'))).toEqual([]);
  });

  inShell('stopped by Ctrl-C cleans up, and reports as far as it came', async (shell) => {
    const signalling = {
      ...{ volume_backend_name: 'files', volume_driver: fixture('signalling-driver') },
      ...{ directory: 'volumes', signal: 'SIGINT' },
    };
    await mkdir(shell.path('volumes'));
    await writeFile(join(shell.path('volumes'), 'volume-of-others'), 'of others');
    const outputs = ['--only', 'extends, twice', '--html', 'report.html', '--junit', 'report.xml'];
    const { code, report, error } = await reported(shell, { backends: [signalling, memory] }, ...outputs);
    expect(code).toBe(130);
    expect(error).toMatchObject({ code: 'Interrupted', message: expect.stringContaining('everything that it made') });
    expect(report).toMatchObject({ passed: false, interrupted: true });
    expect(report.backends.map(({ status }: { status: string }) => status)).toEqual(['interrupted', 'not begun']);
    expect(await readdir(shell.path('volumes'))).toEqual(['volume-of-others']);
    expect(await readdir(shell.path('tmp'))).toEqual([]);
    expect(await readFile(shell.path('report.html'), 'utf8')).toContain('It was interrupted');
    expect(await readFile(shell.path('report.xml'), 'utf8')).toMatch(/<error message="interrupted"/);
  });

  inShell('writes a page that needs nothing else and that nobody can break out of', async (shell) => {
    const backends = [{ ...memory, volume_driver: fixture('hostile-driver') }];
    const { stdout } = await validate(shell, { backends }, ['--only', 'extends, twice', '--html', 'report.html']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('hint: do </pre>');
    const html = await readFile(shell.path('report.html'), 'utf8');
    expect(html).not.toMatch(/<script|<img|<link|@import|url\(/);
    expect(html).toContain('first\nsecond &lt;/pre&gt;&lt;script&gt;');
    expect(html).toContain('\\u001b[31m\\u202e');
    for (const said of ['extends, twice', 'What would be right', process.versions.node, 'total_capacity_gb']) {
      expect(html).toContain(said);
    }
  });

  inShell('logs only where the file or a flag asks for it', async (shell) => {
    const files = { volume_backend_name: 'files', volume_driver: 'file', directory: 'volumes' };
    const linesOf = async (content: Given, ...args: readonly string[]) => {
      const { stderr } = await validate(shell, content, ['--only', 'clones equal bytes', ...args]);
      return stderr.split('\n').filter((line) => line.startsWith('{'));
    };
    expect(await linesOf({ backends: [files] })).toEqual([]);
    expect((await linesOf({ logs: true, backends: [files] })).length).toBeGreaterThan(0);
    expect((await linesOf({ backends: [files] }, '--log-level', 'debug')).length).toBeGreaterThan(0);
  });
});

describe('what is wrong with a file is told with its place, before anything is made', () => {
  inShell('all of it at once', async (shell) => {
    const lines = [
      'logs: loud',
      'size_precison: 2',
      'backends:',
      '  - volume_backend_name: one',
      '    volume_driver: file',
      '    directroy: volumes',
      '  - volume_backend_name: one',
      '    volume_driver: memory',
      '  - volume_bakend_name: two',
      '    volume_driver: memory',
      '  - volume_backend_name: three',
      '    volume_driver: memory',
      '    password: 8731',
    ];
    const { code, problems, error } = await refused(shell, `${lines.join('\n')}\n`);
    expect(code).toBe(2);
    expect(error).toMatchObject({ code: 'InvalidConfiguration', message: '7 mistakes are in backends.yaml' });
    const found = problems.map(({ line, field, message, remedy }: Printed) => [line, field, `${message}; ${remedy}`]);
    expect(found).toEqual([
      [1, 'logs', expect.stringContaining('true or false')],
      [2, 'size_precison', expect.stringContaining('did you mean "size_precision"?')],
      [4, 'backends.0.directory', expect.stringContaining('needs option "directory"')],
      [6, 'backends.0.directroy', expect.stringContaining('did you mean "directory"?')],
      [7, 'backends.1.volume_backend_name', expect.stringContaining('name of a backend above')],
      [9, 'backends.2', expect.stringContaining('did you mean it by "volume_bakend_name"?')],
      [13, 'backends.3.password', expect.stringContaining('put the credential into quotes')],
    ]);
    expect(JSON.stringify(problems)).not.toContain('8731');
    expect(await readdir(shell.directory)).toEqual(['backends.yaml', 'tmp']);
  });

  inShell('also of what is no YAML, or says nothing', async (shell) => {
    expect(await refused(shell, 'logs: false\nbackends: [\n')).toMatchObject({ code: 2, problems: [{ line: 3 }] });
    expect(await refused(shell, '- one\n')).toMatchObject({ problems: [{ message: 'holds no backends' }] });
    expect(await refused(shell, 'backends: []\n')).toMatchObject({ problems: [{ field: 'backends' }] });
    expect(await refused(shell, 'logs: true\n')).toMatchObject({ problems: [{ message: 'needs backends' }] });
  });

  inShell('and so is a mistake in the command line', async (shell) => {
    const content = JSON.stringify({ backends: [memory] });
    const invalid = { code: 2, error: { code: 'InvalidInput' } };
    expect(await refused(shell, content, '--backend', 'arary')).toMatchObject({
      ...invalid,
      error: { remedy: expect.stringContaining('did you mean "array"?') },
    });
    expect(await refused(shell, content, '--only', 'flies')).toMatchObject(invalid);
    expect(await refused(shell, content, '--html', 'nowhere/report.html')).toMatchObject(invalid);
    expect(await refused(shell, content, '--junit', '.')).toMatchObject(invalid);
    expect(await shell.refused('validate')).toMatchObject({ exit: 2, code: 'InvalidInput' });
    expect(await shell.refused('validate', 'missing.yaml').catch((error: Error) => error.message)).toMatch('ENOENT');
  });
});

/** Of `cinderlib/tests/functional/test_basic.py`, those that try a backend. */
const CINDERLIB_TESTS = [
  'test_attach_detach_volume',
  'test_attach_detach_volume_via_attachment',
  'test_attach_volume',
  'test_clone',
  'test_create_delete_snapshot',
  'test_create_delete_volume',
  'test_create_snapshot',
  'test_create_volume',
  'test_create_volume_from_snapshot',
  'test_disk_io',
  'test_extend',
  'test_extend_attached',
  'test_stats',
  'test_stats_with_creation',
];

test('the list of checks says for which tests of cinderlib they stand', async () => {
  const checks = await new Shell().json('validate', '--list');
  const stood = checks.flatMap(({ cinderlib }: { readonly cinderlib: readonly string[] }) => cinderlib);
  expect(stood.toSorted()).toEqual(CINDERLIB_TESTS);
  expect(checks.length).toBeGreaterThan(engineChecks.length);
});
