import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BUILT = join(process.cwd(), 'dist', 'cli', 'main.js');

/** A search path on which `scoria` is the command that was built, or that of this file. */
export const scoriaOnPath = async (directory: string, command = BUILT): Promise<string> => {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'scoria'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
};

/** What a command prints, which must end well. */
export type Shell = (command: string) => Promise<string>;

/** A shell in that directory, with its log there, in which `scoria` is the command that was built. */
export const shellWithScoria = async (directory: string, ...startedBy: readonly string[]): Promise<Shell> => {
  const env = { ...process.env, PATH: await scoriaOnPath(directory), XDG_STATE_HOME: directory, NO_COLOR: '1' };
  return (command) => {
    const [program = '', ...args] = [...startedBy, 'bash', '-ec', command];
    return new Promise((resolve, reject) => {
      execFile(program, args, { cwd: directory, env, encoding: 'utf8' }, (error, stdout, stderr) =>
        error ? reject(new Error(`$ ${command}\n${stdout}${stderr}`, { cause: error })) : resolve(stdout + stderr),
      );
    });
  };
};
