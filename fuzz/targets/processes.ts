import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Case } from '../cli/case.ts';
import { openCases } from '../cli/check-case.ts';
import type { Ended } from '../cli/in-process.ts';
import { Broken, type Target } from '../target.ts';
import { casesOfCommandLines } from './command-lines.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The command as people give it, in a process of its own. */
const runProcess = async (argv: readonly string[], stdin: Uint8Array): Promise<Ended> => {
  // No shell can give an argument with a NUL in it.
  const given = argv.map((argument) => argument.replaceAll('\u0000', ''));
  const child = spawn(process.execPath, [MAIN, ...given], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const closed = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1)).on('error', reject);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (typeof code === 'string') throw new Broken(`the process was ended by ${code}: ${stderr.slice(0, 2000)}`);
  return { code, stdout, stderr };
};

export const processes: Target<Case> = {
  name: 'processes',
  share: 10,
  inputs: casesOfCommandLines,
  open: async (corpus) => openCases(corpus, runProcess),
};
