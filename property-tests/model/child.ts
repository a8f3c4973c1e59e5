import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/index.ts';

const GIVE = fileURLToPath(new URL('../children/give.ts', import.meta.url));

/** A process of its own that gives commands to the log in `file`. */
export const startGiver = async (file: string) => {
  const child = spawn(process.execPath, [GIVE, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done) throw new Error('the process that gives commands has ended');
    return value;
  };
  await nextLine();
  return {
    async give(command: Command, commandId: string): Promise<unknown> {
      child.stdin.write(`${JSON.stringify({ command, commandId })}\n`);
      return JSON.parse(await nextLine());
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
};
