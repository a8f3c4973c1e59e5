import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { HostExecutors } from '../commands/executors.ts';
import { endCommandsOf } from '../drivers/abandoned-commands.ts';
import { processOf } from '../drivers/kernel-processes.ts';
import type { RunCommand } from '../drivers/run-command.ts';
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

/** The parts of `host/pid/instance`, of a process that says what it is. */
const partsOf = (executor: string) => {
  const [host, pid = '', instance = ''] = executor.split('/');
  const [startTicks = '', boot, namespace, id] = instance.split('.');
  return /^\d+$/.test(pid) && /^\d+$/.test(startTicks) && id !== undefined
    ? { host, pid, startTicks, boot, namespace }
    : null;
};

const isGone = async (executor: string, host: string): Promise<boolean> => {
  const parts = partsOf(executor);
  // Of another host, or without an identity: nothing here tells.
  if (parts === null || parts.host !== host) return false;
  const here = await hereAndNow();
  if (parts.boot !== here.boot) return true;
  if (parts.namespace !== here.namespace) return false;
  const found = await processOf(parts.pid);
  return found === null || ENDED.includes(found.state) || found.startTicks !== parts.startTicks;
};

/** The executors of this host, by what the kernel says of their processes. Two machines must not have the same name. */
export const createHostExecutors = async (run: RunCommand, host = hostname()): Promise<HostExecutors> => ({
  own: `${host}/${process.pid}/${await ownInstance()}`,
  isGone: (executor) => isGone(executor, host),
  endCommandsOf: (executor, commandId) =>
    endCommandsOf({ commandId, sinceTicks: BigInt(partsOf(executor)?.startTicks ?? 0) }, run),
});
