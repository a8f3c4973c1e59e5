/** Starts a command again and again, and waits until it has ended. */
import { spawnSync } from 'node:child_process';
import { median } from '../statistics.ts';
import { given, report } from './program.ts';

const { args, times, cache } = given<{ args: readonly string[]; times: number; cache: string }>();

const start = (): number => {
  const before = performance.now();
  const env = { ...process.env, XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: undefined };
  const { status, stderr } = spawnSync(process.execPath, args, { env });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - before;
};

// What is compiled is kept from the second start on.
start();
start();
report({ ms: median(Array.from({ length: times }, start)) });
