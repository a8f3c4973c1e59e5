import { readFile } from 'node:fs/promises';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { OPERATION_VARIABLE } from './current-operation.ts';
import { processIds, processOf } from './kernel-processes.ts';
import type { RunCommand } from './run-command.ts';

const POLL_MS = 10;
const GONE_WITHIN_MS = 5_000;
/** `grep` found some, or none, or some files are gone. */
const GREP_ENDS = [0, 1, 2];

/** What a program starts where nobody did before, and what serves others too: LVM, where systemd does not start it. */
const DAEMONS = ['dmeventd'];

export interface AbandonedOperation {
  readonly commandId: string;
  /** When its executor started, in clock ticks since the boot: its programs are younger. */
  readonly sinceTicks: bigint;
}

interface Sighting {
  /** The ids of processes by the mark in their environment. A zombie has none. */
  readonly marked: ReadonlyMap<string, readonly string[]>;
  /** Of other users: only root can read how they are marked. */
  readonly closed: readonly string[];
}

const look = async (): Promise<Sighting> => {
  const marked = new Map<string, string[]>();
  const closed: string[] = [];
  const lookAt = async (pid: string): Promise<void> => {
    try {
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
      const mark = environment.find((variable) => variable.startsWith(`${OPERATION_VARIABLE}=`));
      if (mark !== undefined) marked.set(mark, [...(marked.get(mark) ?? []), pid]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') closed.push(pid);
    }
  };
  await Promise.all((await processIds()).map(lookAt));
  return { marked, closed };
};

let nextLook: Promise<Sighting> | undefined;
/** One look for all who want one before it begins: recovery settles many operations at once. */
const sharedLook = (): Promise<Sighting> => {
  nextLook ??= turn().then(() => {
    nextLook = undefined;
    return look();
  });
  return nextLook;
};

const isYoungProgram = async (pid: string, sinceTicks: bigint): Promise<boolean> => {
  const found = await processOf(pid);
  return found !== null && found.session !== '0' && BigInt(found.startTicks) >= sinceTicks;
};

const programsAmong = async (pids: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(pids.map(processOf));
  return pids.filter((_, index) => !DAEMONS.includes(found[index]?.name ?? ''));
};

/** Which of them are marked, as root reads it. */
const markedAmong = async (pids: readonly string[], mark: string, run: RunCommand): Promise<readonly string[]> => {
  const files = pids.map((pid) => `/proc/${pid}/environ`);
  const args = ['--no-messages', '--null-data', '--count', '--line-regexp', '--fixed-strings', '-e', mark, '--'];
  const { stdout } = await run('grep', [...args, '/dev/null', ...files], { root: true, expectedExitCodes: GREP_ENDS });
  return [...stdout.matchAll(/^\/proc\/(\d+)\/environ:[1-9]/gm)].flatMap(([, pid]) => pid ?? []);
};

/**
 * Ends what the programs of an interrupted operation still run on this host, so that nothing changes the array any more
 * while its driver is asked what happened. Returns whether they are gone. Those that ran as root are found through the
 * root helper, if it leaves `SCORIA_OPERATION` in their environment.
 */
export const endCommandsOf = async (
  { commandId, sinceTicks }: AbandonedOperation,
  run: RunCommand,
): Promise<boolean> => {
  const mark = `${OPERATION_VARIABLE}=${commandId}`;
  const deadline = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const { marked, closed } = await sharedLook();
    const own = await programsAmong(marked.get(mark) ?? []);
    const young = await Promise.all(closed.map((pid) => isYoungProgram(pid, sinceTicks)));
    const candidates = closed.filter((_, index) => young[index]);
    const others = candidates.length === 0 ? [] : await programsAmong(await markedAmong(candidates, mark, run));
    if (own.length + others.length === 0) return true;
    if (performance.now() > deadline) return false;
    for (const pid of own) end(Number(pid));
    if (others.length > 0)
      await run('kill', ['-s', 'KILL', '--', ...others], { root: true, expectedExitCodes: [0, 1] });
    await sleep(POLL_MS);
  }
};

const end = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile, or not ours to end: the deadline tells.
  }
};
