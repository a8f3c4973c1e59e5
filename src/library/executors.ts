import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Executors } from '../commands/services.ts';
import { endCommandsOf } from '../drivers/abandoned-commands.ts';
import { newId } from '../new-id.ts';

/**
 * A process as nothing but itself can be: its start in clock ticks since the boot, the boot, and the namespace that its
 * id counts in, so that neither a process that got its id later nor one of another container is taken for it.
 */
interface Identity {
  readonly startTicks: string;
  readonly boot: string;
  readonly namespace: string;
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** The state and the start of a process; `null` when there is none of that id. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const processOf = async (pid: string): Promise<{ readonly state: string; readonly startTicks: string } | null> => {
  const stat = await read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; what follows it may not.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || state === undefined ? null : { state, startTicks: rest[18] ?? '' };
};

const hereAndNow = async (): Promise<Pick<Identity, 'boot' | 'namespace'>> => ({
  boot: (await read('/proc/sys/kernel/random/boot_id')).trim().replaceAll('-', ''),
  namespace: (await readlink('/proc/self/ns/pid').catch(() => '')).replace(/\D/g, ''),
});

const ownInstance = async (): Promise<string> => {
  const own = await processOf('self');
  const { boot, namespace } = await hereAndNow();
  return own === null ? newId() : [own.startTicks, boot, namespace, newId()].join('.');
};

/** Zombies have ended; only their parents have not looked yet. */
const ENDED = ['Z', 'X'];

const isGone = async (executor: string): Promise<boolean> => {
  const [host, pid = '', instance = ''] = executor.split('/');
  const [startTicks, boot, namespace, id] = instance.split('.');
  // Of another host, or without an identity: nothing here tells.
  if (host !== hostname() || !/^\d+$/.test(pid) || id === undefined) return false;
  const here = await hereAndNow();
  if (boot !== here.boot) return true;
  if (namespace !== here.namespace) return false;
  const found = await processOf(pid);
  return found === null || ENDED.includes(found.state) || found.startTicks !== startTicks;
};

/** The executors of this host, by what the kernel says of their processes. */
export const createExecutors = async (): Promise<Executors> => ({
  own: `${hostname()}/${process.pid}/${await ownInstance()}`,
  isGone,
  endCommandsOf,
});
