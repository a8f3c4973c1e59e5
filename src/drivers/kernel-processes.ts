import { readdir, readFile } from 'node:fs/promises';

/** What the kernel tells everybody of a process. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export interface KernelProcess {
  /** Of its program, 15 characters at most. */
  readonly name: string;
  readonly state: string;
  /** `0`: a thread of the kernel. */
  readonly session: string;
  /** Its start in clock ticks since the boot. */
  readonly startTicks: string;
}

/** `null` when there is no process of that id (or `self`). */
export const processOf = async (pid: string): Promise<KernelProcess | null> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in parentheses may hold anything; what follows it may not.
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === undefined
    ? null
    : { name, state, session: rest[2] ?? '', startTicks: rest[18] ?? '' };
};

/** The ids of all processes that can be seen. */
export const processIds = async (): Promise<readonly string[]> =>
  (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
