import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

let started = 0;
const { spawn } = childProcess;
childProcess.spawn = ((...given: Parameters<typeof spawn>) => {
  started += 1;
  return spawn(...given);
}) as typeof spawn;
syncBuiltinESMExports();

/** Counts the programs that this process starts from now on; what it answers says how many. */
export const countPrograms = (): (() => number) => {
  const before = started;
  return () => started - before;
};
