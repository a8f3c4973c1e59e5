import childProcess, { type ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { at } from './points.ts';

export const PROGRAM_STEPS = ['before', 'while it runs', 'after'] as const;

/** Behind `sudo -n` and `env NAME=value`; what does many things is named with what it is to do. */
const programIn = (words: readonly string[]): string => {
  const at = words.findIndex((word) => !/^-|=/.test(word) && !['sudo', 'env'].includes(basename(word)));
  const program = basename(words[at] ?? '');
  return program === 'rbd' ? [program, ...verbIn(words.slice(at + 1))].join(' ') : program;
};

/** What is behind the options that stand first, each with a value. */
export const behindOptions = (words: readonly string[]): readonly string[] =>
  words.slice(words.findIndex((word, index) => !word.startsWith('--') && !words[index - 1]?.startsWith('--')));

const verbIn = (words: readonly string[]): readonly string[] => {
  const [verb = '', ...more] = behindOptions(words);
  return ['snap', 'trash'].includes(verb) ? [verb, ...more.slice(0, 1)] : [verb];
};

type Spawn = (file: string, args: readonly string[], options: object) => ChildProcess;

/** Puts points around every program that is started. */
export const instrumentPrograms = (): void => {
  const spawn = childProcess.spawn as Spawn;
  const labelled: Spawn = (file, args, options) => {
    const program = `program ${programIn([file, ...args])}`;
    const [before, during, after] = PROGRAM_STEPS;
    at(`${program}: ${before}`);
    const child = spawn(file, args, options);
    child.once('spawn', () => at(`${program}: ${during}`));
    child.once('exit', () => at(`${program}: ${after}`));
    return child;
  };
  Object.assign(childProcess, { spawn: labelled });
  syncBuiltinESMExports();
};
