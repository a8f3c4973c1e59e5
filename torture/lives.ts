import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged } from './acknowledged.ts';
import { COPYING } from './drivers/file.ts';
import type { LogPlace } from './logs/open.ts';
import { moduleFile } from './module-file.ts';
import type { Death, Lot } from './plan.ts';
import { COPY_SECONDS } from './slow-copies.ts';
import { hasStopped } from './stopped.ts';
import type { Life } from './worker.ts';

const WORKER = moduleFile('worker');
/** A process that has not come to its point by then is killed where it stands, and its lot begins anew later. */
const MOST_COMMANDS = 60;
const LIMIT_MS = 60_000;
/** How often a lot is tried. */
const TRIES = 8;
/** A copy whose process is dead goes on for so long, if nobody ends it. */
const ORPHANED_SECONDS = '300';

export const AT_ANY_TIME = 'at any time';
export const STOPPED = 'stopped';
/** A stopped process stands still for no longer than so many leases. */
const LEASES_STOPPED = 2.5;

export interface Lived {
  /** How many died where. */
  readonly deaths: ReadonlyMap<string, number>;
  /** What they were told, in no order. */
  readonly told: readonly Acknowledged[];
  /** The ids of processes that stood still. */
  readonly stopped: ReadonlySet<string>;
  /** When each process died, by its id: milliseconds since 1970. */
  readonly diedAt: ReadonlyMap<string, number>;
}

export interface Living {
  readonly place: LogPlace;
  readonly attaches: boolean;
  readonly seed: number;
  readonly processes: number;
  /** The variables of the processes. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onDeath: (count: number) => void;
  readonly leaseMs: number;
  /** How many times slower than usual the machine is. */
  readonly slowness: number;
  /** Takes what stopped processes hold, after their leases. */
  readonly recover: () => Promise<unknown>;
}

/** Lets processes live and die, several at a time, until every lot was drawn. */
export const liveAndDie = async (lots: readonly Lot[], living: Living): Promise<Lived> => {
  const deaths = new Map<string, number>();
  const told: Acknowledged[] = [];
  const stopped = new Set<string>();
  const diedAt = new Map<string, number>();
  const left = lots.map((lot) => ({ lot, tries: TRIES }));
  let number = 0;

  const drawn = async (lot: Lot): Promise<boolean> => {
    for (const death of lot) {
      number += 1;
      const where = await diedOf(death, born(death, number, living, told), { living, stopped, diedAt });
      deaths.set(where, (deaths.get(where) ?? 0) + 1);
      living.onDeath(deaths.values().reduce((sum, count) => sum + count, 0));
      if (death.kind === 'at a point' && where !== death.point.name) return false;
    }
    return true;
  };
  const one = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { lot, tries } = next;
      if (!(await drawn(lot)) && tries > 1) left.push({ lot, tries: tries - 1 });
    }
  };
  await Promise.all(Array.from({ length: living.processes }, one));
  return { deaths, told, stopped, diedAt };
};

interface Alive {
  readonly child: ChildProcess;
  /** Resolves with the first thing that it was told. */
  readonly begun: Promise<void>;
  /** Resolves when it has done so much that it ought to have come to its point. */
  readonly astray: Promise<void>;
  readonly ended: Promise<unknown>;
}

const doomOf = (death: Death): Life['doom'] => {
  switch (death.kind) {
    case 'at any time':
      return null;
    case 'at a point':
      return { point: death.point.name, nth: death.nth, signal: 'SIGKILL' };
    case 'stopped':
      return { point: death.point.name, nth: 1, signal: 'SIGSTOP' };
  }
};

const born = (death: Death, number: number, living: Living, told: Acknowledged[]): Alive => {
  const { place, attaches, leaseMs, seed, environment } = living;
  const towards = death.kind === 'at any time' ? null : death.point.towards;
  const doom = doomOf(death);
  const life: Life = { place, attaches, leaseMs, seed: `${seed}/${number}`, doom, towards };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment, ...(doom?.point === COPYING ? { [COPY_SECONDS]: ORPHANED_SECONDS } : {}) },
  });
  const [begun, astray] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let count = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line));
    begun.resolve();
    count += 1;
    if (count === MOST_COMMANDS) astray.resolve();
  });
  return { child, begun: begun.promise, astray: astray.promise, ended: once(child, 'close') };
};

interface Register {
  readonly living: Living;
  readonly stopped: Set<string>;
  readonly diedAt: Map<string, number>;
}

/** Where a life ended. */
const diedOf = async (
  death: Death,
  { child, begun, astray, ended }: Alive,
  { living, stopped, diedAt }: Register,
): Promise<string> => {
  child.once('exit', () => diedAt.set(String(child.pid), Date.now()));
  const limit = new AbortController();
  const limitMs = LIMIT_MS * living.slowness;
  const over = sleep(limitMs, undefined, { signal: limit.signal }).catch(() => {});
  const stood = death.kind === 'stopped' && (await Promise.race([hasStopped(child.pid ?? 0, limitMs), astray]));
  if (stood) {
    stopped.add(String(child.pid));
    await outlastLease(child, living);
  }
  if (death.kind === 'at any time') await Promise.race([begun, ended, over]);
  if (death.kind === 'at a point') await Promise.race([ended, astray, over]);
  limit.abort();
  if (death.kind !== 'at a point') await sleep(death.lifeMs);
  const wasKilled = child.exitCode === null && child.signalCode === null && child.kill('SIGKILL');
  await ended;
  if (child.signalCode !== 'SIGKILL') throw new Error(`a process ended by itself, with exit code ${child.exitCode}`);
  if (stood) return STOPPED;
  return wasKilled || death.kind !== 'at a point' ? AT_ANY_TIME : death.point.name;
};

/** Lets others take what it holds, and then lets it go on. */
const outlastLease = async (child: ChildProcess, { recover, leaseMs }: Living): Promise<void> => {
  const recovered = recover();
  // One that stands still in a transaction keeps the log from all others.
  await Promise.race([recovered, sleep(leaseMs * LEASES_STOPPED)]);
  child.kill('SIGCONT');
  await recovered;
};
