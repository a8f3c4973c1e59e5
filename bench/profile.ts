import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { field, table } from '../src/cli/table.ts';
import type { Measure } from './measure.ts';
import { runSubject, type Surroundings } from './run.ts';

/** A V8 CPU profile, as far as it is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOST = 25;
/** What only waits, `spawnSync` for another process. */
const NOTHING: ReadonlySet<string> = new Set(['(idle)', '(root)', 'spawnSync']);

/** What starts Node.js, and finds, strips and compiles modules: one entry, since it says one thing. */
const LOADING = /^(wasm:|node:internal\/(modules|deps|bootstrap)\/)/;

const moduleOf = (url: string): string => {
  if (LOADING.test(url)) return '(loading modules)';
  if (url === '') return '(native)';
  if (!url.startsWith('file:')) return url;
  const path = relative(ROOT, fileURLToPath(url));
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[0] ?? path;
};

type Times = Map<string, number>;

const add = (times: Times, key: string, ms: number): void => void times.set(key, (times.get(key) ?? 0) + ms);

/** Adds the milliseconds that each function ran itself, and each module's sum. */
const addSelfTimes = ({ nodes, samples, timeDeltas }: CpuProfile, modules: Times, functions: Times): void => {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || NOTHING.has(frame.functionName)) continue;
    const ms = (timeDeltas[index] ?? 0) / 1e3;
    const module = moduleOf(frame.url);
    add(modules, module, ms);
    add(functions, `${frame.functionName || '(anonymous)'} ${module}:${frame.lineNumber + 1}`, ms);
  }
};

const topOf = (times: ReadonlyMap<string, number>, header: string): string => {
  const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
  const rows = [...times]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MOST)
    .map(([where, ms]) => ({ ms: ms.toFixed(1), share: `${((ms / total) * 100).toFixed(1)} %`, where }));
  return table(rows, [field('ms', 'self ms', 'right'), field('share', 'share', 'right'), field('where', header)]);
};

/** Where the time of the measure's first subject goes. */
export const profileOf = async (measure: Measure, around: Surroundings): Promise<string> => {
  const [subject] = Object.keys(measure.subjects);
  if (subject === undefined) throw new TypeError(`${measure.name} has no subject`);
  const directory = join(around.directory, 'profile');
  await mkdir(directory, { recursive: true });
  await runSubject(measure, subject, around, `--cpu-prof --cpu-prof-dir=${directory}`);
  const [modules, functions]: [Times, Times] = [new Map(), new Map()];
  for (const name of await readdir(directory)) {
    addSelfTimes(JSON.parse(await readFile(join(directory, name), 'utf8')), modules, functions);
  }
  return `${topOf(modules, 'module')}\n\n${topOf(functions, 'function')}`;
};
