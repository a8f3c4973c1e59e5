import { spawn } from 'node:child_process';
import { Running } from '../cli/running.ts';
import { MAIN, type Shell } from '../cli/scoria.ts';

interface Look {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Single quotes, for a shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** A program at a terminal of its own, by `script` of util-linux; what it prints is what the terminal gets. */
export const atTerminal = (shell: Shell, command: string, { columns = 80, env = {} }: Look = {}): Running => {
  const scoria = `scoria() { ${quoted(process.execPath)} ${quoted(MAIN)} "$@"; }`;
  const inside = `stty cols ${columns}; ${scoria}; ${command}`;
  // What says that nobody looks, or that a person wants it otherwise.
  const { CI: _ci, NO_COLOR: _no, FORCE_COLOR: _force, ...own } = process.env;
  return new Running(
    spawn(
      'script',
      ['--quiet', '--flush', '--return', '--command', `exec bash --norc -c ${quoted(inside)}`, '/dev/null'],
      {
        cwd: shell.directory,
        env: { ...own, TERM: 'xterm', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    ),
  );
};
