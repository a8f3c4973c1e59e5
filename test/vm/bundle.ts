import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..', '..');
const SUITES = join(import.meta.dirname, 'suites');
const ENDING = '.vm.ts';

export const suiteNames = async (): Promise<readonly string[]> =>
  (await readdir(SUITES)).filter((file) => file.endsWith(ENDING)).map((file) => basename(file, ENDING));

/** `NAME.full.vm.ts`: too long for every day. */
export const isForFullRuns = (name: string): boolean => name.endsWith('.full');

/** Programs and drivers of the torture, which its processes find by their names. */
const OF_TORTURE = ['torture/torture', 'torture/worker', 'torture/drivers/lvm'];

/** The suites and the programs that they start. Answers their directory. */
export const bundleSuites = async (names: readonly string[]): Promise<string> => {
  const children = join(import.meta.dirname, 'children');
  const childNames = (await readdir(children).catch(() => [])).map((file) => basename(file, '.ts'));
  return bundlePrograms({
    reporter: join(import.meta.dirname, 'guest', 'reporter.ts'),
    ...Object.fromEntries(names.map((name) => [name, join(SUITES, name + ENDING)])),
    ...Object.fromEntries(childNames.map((name) => [`children/${name}`, join(children, `${name}.ts`)])),
    ...Object.fromEntries(OF_TORTURE.map((name) => [name, join(ROOT, `${name}.ts`)])),
  });
};

/**
 * Programs for the machine, by their names, each in few files: it is slow, and loading modules is most of what a short
 * process does. Answers the directory, in which they are `NAME.mjs`.
 */
export const bundlePrograms = async (programs: Readonly<Record<string, string>>): Promise<string> => {
  const parent = join(ROOT, 'node_modules', '.cache');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'scoria-vm-'));
  const bundle = await rolldown({
    input: programs,
    platform: 'node',
    // Clients of servers that no suite has.
    external: [/^node:/, '@eventstore/db-client', 'mysql2', /^mysql2\//, 'pg'],
  });
  await bundle.write({
    dir: directory,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
    sourcemap: true,
  });
  await bundle.close();
  return directory;
};
