import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Bounds, Figures } from './measure.ts';

const execute = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Debian's own Python, for which it packages cinderlib. */
const PYTHON = '/usr/bin/python3';

/** Without it each process would strip and compile all sources anew, which costs 25 MiB that no user pays. */
const COMPILED = here('../node_modules/.cache/bench');

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** A program of `bench/programs` in a fresh Node.js. */
export const runNode = async (
  program: string,
  given: object,
  { oldSpaceMiB, oneProcessor = false }: Bounds = {},
  /** As in `NODE_OPTIONS`: for the processes that it starts, too. */
  nodeOptions = '',
): Promise<Figures> => {
  const bound = oldSpaceMiB === undefined ? '' : ` --max-old-space-size=${oldSpaceMiB}`;
  const env = { ...process.env, NODE_OPTIONS: nodeOptions + bound, NODE_COMPILE_CACHE: COMPILED };
  const command = [process.execPath, here(`programs/${program}`), JSON.stringify(given)];
  const [started = '', ...args] = [
    ...(oneProcessor ? ['taskset', '--cpu-list', await someProcessor()] : []),
    ...command,
  ];
  const { stdout } = await execute(started, args, { env });
  return JSON.parse(lastLine(stdout));
};

/** One that this process may use. */
const someProcessor = async (): Promise<string> => {
  const status = await readFile('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? '0';
};

/** An operation of the peer in a fresh Python, which leaves files of its own in `directory`. */
export const runCinderlib = async <Result = Figures>(
  operation: string,
  given: object,
  directory: string,
): Promise<Result> => {
  const args = ['-B', '-W', 'ignore', here('cinderlib/peer.py'), operation, JSON.stringify(given)];
  const { stdout } = await execute(PYTHON, args, { cwd: directory });
  return JSON.parse(lastLine(stdout));
};

/** What is still on its way to the disk would slow down whoever is measured next. */
export const settled = async (): Promise<void> => {
  await execute('sync');
};

export interface CinderlibVersions {
  readonly cinderlib: string;
  readonly python: string;
}

/** `null` where cinderlib is not installed; throws where it is and does not work. */
export const findCinderlib = async (directory: string): Promise<CinderlibVersions | null> => {
  const probe = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("cinderlib") is None)';
  const isInstalled = await execute(PYTHON, ['-c', probe]).then(
    () => true,
    () => false,
  );
  return isInstalled ? runCinderlib<CinderlibVersions>('version', {}, directory) : null;
};
