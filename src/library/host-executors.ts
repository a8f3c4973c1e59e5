import { createHmac } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { HostExecutors } from '../commands/executors.ts';
import { endCommandsOf } from '../drivers/abandoned-commands.ts';
import { processOf } from '../drivers/kernel-processes.ts';
import type { RunCommand } from '../drivers/run-command.ts';
import { newId } from '../new-id.ts';

/** Where processes run: the boot of a machine's kernel, and the namespace that their ids count in. */
interface Place {
  readonly host: string;
  readonly boot: string;
  readonly namespace: string;
  /** The machine that was booted; empty where nothing tells. Identities of older versions have none. */
  readonly machine: string;
}

/**
 * A process as nothing but itself can be: so that neither one that got its id later nor one of another container is
 * taken for it.
 */
interface Identity extends Place {
  readonly pid: string;
  /** When it started, in clock ticks since the boot. */
  readonly startTicks: string;
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** The namespace of processes that are in no container has this number on every Linux. */
const OF_NO_CONTAINER = '4026531836';

/**
 * What systemd makes of a machine's id for one program alone: the id itself is not for others to know. Containers have
 * that of their image, or none.
 */
const machineOf = (namespace: string, machineId: string): string =>
  namespace === OF_NO_CONTAINER && /^[0-9a-f]{32}$/.test(machineId)
    ? createHmac('sha256', machineId).update('scoria/executor/v1').digest('hex').slice(0, 32)
    : '';

const placeOf = async (host: string): Promise<Place> => {
  const namespace = (await readlink('/proc/self/ns/pid').catch(() => '')).replace(/\D/g, '');
  return {
    host,
    boot: (await read('/proc/sys/kernel/random/boot_id')).trim().replaceAll('-', ''),
    namespace,
    machine: machineOf(namespace, (await read('/etc/machine-id')).trim()),
  };
};

const ownInstance = async ({ boot, namespace, machine }: Place): Promise<string> => {
  const own = await processOf('self');
  return own === null ? newId() : [own.startTicks, boot, namespace, newId(), machine].join('.');
};

/** Zombies have ended; only their parents have not looked yet. */
const ENDED = ['Z', 'X'];

/** The parts of `host/pid/instance`, of a process that says what it is. */
const identityOf = (executor: string): Identity | null => {
  const [host = '', pid = '', instance = ''] = executor.split('/');
  const [startTicks = '', boot = '', namespace = '', id, machine = ''] = instance.split('.');
  return /^\d+$/.test(pid) && /^\d+$/.test(startTicks) && id !== undefined
    ? { host, pid, startTicks, boot, namespace, machine }
    : null;
};

/** Whether this very machine was booted again since. Two machines may have the same name: that alone does not tell. */
const isOfEarlierBoot = (identity: Identity, here: Place): boolean =>
  here.machine !== '' &&
  identity.machine === here.machine &&
  identity.host === here.host &&
  identity.boot !== here.boot;

/** `false` where nothing here tells: then the executor's lease does. */
const isGone = async (executor: string, here: Place): Promise<boolean> => {
  const identity = identityOf(executor);
  if (identity === null) return false;
  if (isOfEarlierBoot(identity, here)) return true;
  if (here.boot === '' || identity.boot !== here.boot || identity.namespace !== here.namespace) return false;
  const found = await processOf(identity.pid);
  return found === null || ENDED.includes(found.state) || found.startTicks !== identity.startTicks;
};

/** The executors of this machine, by what its kernel says of their processes. */
export const createHostExecutors = async (
  run: RunCommand,
  host = hostname(),
  given: Partial<Place> = {},
): Promise<HostExecutors> => {
  const here = { ...(await placeOf(host)), ...given };
  return {
    own: `${here.host}/${process.pid}/${await ownInstance(here)}`,
    isGone: (executor) => isGone(executor, here),
    endCommandsOf: (executor, commandId) =>
      endCommandsOf({ commandId, sinceTicks: BigInt(identityOf(executor)?.startTicks ?? 0) }, run),
  };
};
