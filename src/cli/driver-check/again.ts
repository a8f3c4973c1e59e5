import type { Globals } from '../globals.ts';
import { quoted } from '../quoted.ts';
import { type CheckOptions, DEFAULT_MAX_COMMANDS, DEFAULT_SIZE_GIB } from './options.ts';

/** The command line that tries one life of the model again, and nothing else. */
export const againLine = (
  backend: string | undefined,
  options: CheckOptions & Globals,
  { seed, path }: { readonly seed: number; readonly path: string },
): string => {
  const { config, log, driver, set = {}, maxCommands, size, pool } = options;
  const words = [
    ...['scoria', 'driver', 'check'],
    ...(backend === undefined ? [] : [backend]),
    ...(config ? ['--config', config] : []),
    ...(log && backend !== undefined ? ['--log', log] : []),
    ...(driver === undefined ? [] : ['--driver', driver]),
    ...Object.entries(set).flatMap(([option, value]) => ['--set', `${option}=${value}`]),
    ...(size === DEFAULT_SIZE_GIB ? [] : ['--size', String(size)]),
    ...(pool === undefined ? [] : ['--pool', pool]),
    ...(maxCommands === DEFAULT_MAX_COMMANDS ? [] : ['--max-commands', String(maxCommands)]),
    ...['--only', 'model', '--seed', String(seed), '--path', path],
  ];
  return words.map(quoted).join(' ');
};

export const cleanUpLine = (journal: string): string => `scoria driver check --clean-up ${quoted(journal)}`;
