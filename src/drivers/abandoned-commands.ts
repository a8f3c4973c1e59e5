import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXECUTOR_VARIABLE } from './command-runner.ts';

const POLL_MS = 10;
const GONE_WITHIN_MS = 5_000;

const readOf = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');

/** The living processes that commands of this executor started. A zombie has no environment, so it is not among them. */
const commandsOf = async (executor: string): Promise<readonly string[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const marks = await Promise.all(pids.map((pid) => readOf(pid, 'environ')));
  return pids.filter((_, index) => marks[index]?.split('\0').includes(`${EXECUTOR_VARIABLE}=${executor}`));
};

/**
 * Ends what the commands of a dead executor of this host still run, so that nothing changes the array any more while
 * its driver is asked what happened. Returns whether they are gone; programs that ran as another user stay unseen.
 */
export const endCommandsOf = async (executor: string): Promise<boolean> => {
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (let left = await commandsOf(executor); left.length > 0; left = await commandsOf(executor)) {
    if (performance.now() > deadline) return false;
    for (const pid of left) end(Number(pid));
    await sleep(POLL_MS);
  }
  return true;
};

const end = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile, or not ours to end: the deadline tells.
  }
};
