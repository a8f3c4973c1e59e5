import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const NPM_QUIET = ['--no-audit', '--no-fund', '--loglevel', 'error'];

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** An empty folder into which the package was installed from its tarball. */
let folder: string;
let packed: Packed;

/** Runs a program in that folder under a Node.js of its own `node_modules`. */
const run = (node: string, file: string, args: readonly string[] = []) =>
  execa(file, args, {
    cwd: folder,
    env: { PATH: [join(folder, 'nodes', node, 'node_modules/.bin'), process.env.PATH].join(delimiter) },
    reject: false,
    all: true,
  });

const installNode = async (version: string): Promise<void> => {
  const prefix = join(folder, 'nodes', version);
  await mkdir(prefix, { recursive: true });
  // The package's install script makes the program that `.bin/node` links to.
  await writeFile(join(prefix, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }');
  await execa('npm', ['install', ...NPM_QUIET, `node@${version}`], { cwd: prefix });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoria-package-'));
  const { stdout } = await execa('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: ROOT });
  // What the build says comes before.
  [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed];
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await execa('npm', ['install', ...NPM_QUIET, `./${packed.filename}`], { cwd: folder });
  for (const version of ['20', '24', '26']) await installNode(version);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('holds what is used, and nothing else', async () => {
    const paths = packed.files.map(({ path }) => path);
    const top = [...new Set(paths.map((path) => path.split('/')[0]))];
    expect(top.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'schema']);
    const inDist = paths.filter((path) => path.startsWith('dist/')).map((path) => path.split('/')[1]);
    expect([...new Set(inDist)].toSorted()).toEqual([
      'audit',
      'cli',
      'commands',
      'config',
      'connectors',
      'credential-names.d.ts',
      'credential-names.js',
      'domain',
      'drivers',
      'eventlog',
      'in-time.d.ts',
      'in-time.js',
      'index.d.ts',
      'index.js',
      'known-secrets.d.ts',
      'known-secrets.js',
      'library',
      'lines.d.ts',
      'lines.js',
      'log-url.d.ts',
      'log-url.js',
      'logging.d.ts',
      'logging.js',
      'module-specifier.d.ts',
      'module-specifier.js',
      'nearest.d.ts',
      'nearest.js',
      'new-id.d.ts',
      'new-id.js',
      'progress.d.ts',
      'progress.js',
      'projections',
      'rbd-mappers.d.ts',
      'rbd-mappers.js',
      'secret.d.ts',
      'secret.js',
      'secrets',
      'testing',
      'testing.d.ts',
      'testing.js',
    ]);
    const others = paths.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts)$/.test(path));
    const bridge = await readdir(join(ROOT, 'src/drivers/cinder/bridge'));
    const programs = bridge.filter((name) => name.endsWith('.py')).map((name) => `dist/drivers/cinder/bridge/${name}`);
    expect(others.toSorted()).toEqual(['dist/cli/THIRD-PARTY-LICENSES.txt', ...programs].toSorted());
    expect(packed.unpackedSize).toBeLessThan(6 * 1024 * 1024);
  });

  test('holds no path of the machine that built it', async () => {
    const files = packed.files.filter(({ path }) => /\.(js|ts|txt|json|md)$/.test(path));
    const texts = await Promise.all(
      files.map(({ path }) => readFile(join(folder, 'node_modules/scoria', path), 'utf8')),
    );
    expect(files.filter((_, index) => texts[index]?.includes(ROOT)).map(({ path }) => path)).toEqual([]);
  });

  test.for(['24', '26'])('runs the quickstart on Node.js %s', async (node) => {
    const { exitCode, all } = await run(node, 'npx', ['--no-install', 'scoria', 'quickstart']);
    expect(all).toContain('history');
    expect(exitCode).toBe(0);
  });

  test('says in one line what an older Node.js lacks', async () => {
    const { exitCode, stdout, stderr } = await run('20', 'npx', ['--no-install', 'scoria', 'quickstart']);
    expect(stdout).toBe('');
    const ours = stderr.split('\n').filter((line) => !line.startsWith('npm '));
    expect(ours).toEqual([
      expect.stringMatching(
        /^error: scoria needs Node\.js 24 or newer, and this is v20\.[\d.]+: `npm install node@26` /,
      ),
    ]);
    expect(exitCode).toBe(1);
  });

  test('is a library with types that stand without ours', async () => {
    await cp(join(import.meta.dirname, 'consumer.ts'), join(folder, 'consumer.ts'));
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext'];
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const checked = await execa(join(ROOT, 'node_modules/.bin/tsc'), [...options, ...types, 'consumer.ts'], {
      cwd: folder,
      reject: false,
      all: true,
    });
    expect(checked.all).toBe('');
    const { all, exitCode } = await run('24', 'node', ['consumer.ts']);
    expect(all).toMatch(/^data CannotShrink function [1-9]/);
    expect(exitCode).toBe(0);
  });

  test.for([
    ['publint', '--strict'],
    // Python's is no module of ours.
    ['attw', '--exclude-entrypoints', './cinder-bridge', '--profile', 'esm-only'],
  ])('is exported as `%s` wants it', async ([tool, ...options]) => {
    const tarball = join(folder, packed.filename);
    const { exitCode, all } = await execa(join(ROOT, 'node_modules/.bin', tool as string), [...options, tarball], {
      reject: false,
      all: true,
    });
    expect(exitCode, all).toBe(0);
  });

  test('leaves nothing in the folder that it was run in', async () => {
    const left = await readdir(folder);
    expect(left.toSorted()).toEqual(
      ['consumer.ts', 'node_modules', 'nodes', 'package-lock.json', 'package.json', packed.filename].toSorted(),
    );
  });
});
