import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  readonly lines: AsyncIterableIterator<string>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** A real process of its own, running one of the scripts in `children/`. */
export const startChild = (script: string, args: readonly string[]): Child => {
  const path = fileURLToPath(new URL(`./children/${script}.ts`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
};

export const allLines = async (child: Child): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of child.lines) lines.push(line);
  return lines;
};

export const nextLine = async (child: Child): Promise<string> => (await child.lines.next()).value as string;
