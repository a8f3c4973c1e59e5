import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Each fixture is a file as if in its folder of `src`. Its first lines say what the linter must refuse in it
 * (`// refused: rule text`), and that alone; a fixture without such a line must pass.
 */
const project = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
const SUFFIX = '.fixture';

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number; readonly column: number } };
}

const filesIn = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
};

const lint = async (directory: string): Promise<readonly Diagnostic[]> => {
  const biome = join(project, 'node_modules/.bin/biome');
  const options = ['--reporter=json', '--vcs-enabled=false', '--max-diagnostics=none'];
  const { stdout } = await promisify(execFile)(biome, ['lint', ...options, '.'], {
    cwd: directory,
    maxBuffer: 2 ** 26,
  }).catch((error: { readonly stdout: string }) => error);
  return JSON.parse(stdout).diagnostics;
};

const names = (await filesIn(fixtures)).map((file) => file.slice(0, -SUFFIX.length)).sort();
const found = new Map<string, string[]>();
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-lint-'));
  await cp(fixtures, directory, { recursive: true });
  for (const name of names) await rename(join(directory, name + SUFFIX), join(directory, name));
  await cp(join(project, 'biome.json'), join(directory, 'biome.json'));
  await cp(join(project, 'lint'), join(directory, 'lint'), { recursive: true });
  for (const { category, location } of await lint(directory)) {
    const line = (await readFile(join(directory, location.path), 'utf8')).split('\n')[location.start.line - 1] ?? '';
    const rule = category.split('/').at(-1) ?? category;
    const at = found.get(location.path) ?? [];
    found.set(location.path, [...at, `${rule} ${line.slice(location.start.column - 1)}`]);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A rule marks a module's name with its quotes or without. */
const unquoted = (refusal: string): string => refusal.replaceAll(/['"]/g, '');

const refusalsIn = async (name: string): Promise<readonly string[]> => {
  const text = await readFile(join(fixtures, name + SUFFIX), 'utf8');
  return [...text.matchAll(/^\/\/ refused: (.+)$/gm)].map((match) => match[1] ?? '');
};

describe.each(names)('%s', (name) => {
  it('is refused for what it says, and for nothing else', async () => {
    const expected = await refusalsIn(name);
    const actual = found.get(name) ?? [];
    expect(actual.map((refusal) => refusal.split(' ')[0]).sort()).toEqual(
      expected.map((line) => line.split(' ')[0]).sort(),
    );
    for (const line of expected) {
      expect(actual.map(unquoted).some((refusal) => refusal.startsWith(unquoted(line)))).toBe(true);
    }
  });
});

describe('the fixtures', () => {
  it('hold a harmless file for every folder that has rules', async () => {
    const harmless = [];
    for (const name of names) if ((await refusalsIn(name)).length === 0) harmless.push(name.split('/')[1]);
    expect([...new Set(harmless)].sort()).toEqual(
      [
        'audit',
        'cli',
        'commands',
        'config',
        'connectors',
        'domain',
        'drivers',
        'eventlog',
        'library',
        'projections',
        'secrets',
        'testing',
      ].sort(),
    );
  });
});
