import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Runs a program of this folder with Debian's Python, in `directory`; answers the JSON that it prints. */
export const python = async <Answer>(
  program: string,
  args: readonly string[],
  { directory, input = '' }: { readonly directory: string; readonly input?: string },
): Promise<Answer> => {
  const child = spawn('/usr/bin/python3', ['-W', 'ignore', join(import.meta.dirname, program), ...args], {
    cwd: directory,
    // The checkout stays as it is.
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
};
