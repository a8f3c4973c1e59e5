import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged } from './acknowledged.ts';
import { COPYING } from './drivers/file.ts';
import type { Death, Lot } from './plan.ts';
import { COPY_SECONDS } from './slow-copies.ts';
import type { Life } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');
/** A process that has not come to its point by then is killed where it stands, and its lot begins anew later. */
const LIMIT_MS = 5_000;
/** How often a lot is tried. */
const TRIES = 4;
/** A copy whose process is dead goes on for so long. */
const ORPHANED_SECONDS = '0.8';

export const AT_ANY_TIME = 'at any time';

export interface Lived {
  /** How many died where. */
  readonly deaths: ReadonlyMap<string, number>;
  /** What they were told, in no order. */
  readonly told: readonly Acknowledged[];
}

export interface Living {
  readonly log: string;
  readonly attaches: boolean;
  readonly seed: number;
  readonly processes: number;
  /** The variables of the processes. */
  readonly environment: NodeJS.ProcessEnv;
  readonly onDeath: (count: number) => void;
}

/** Lets processes live and die, several at a time, until every lot was drawn. */
export const liveAndDie = async (lots: readonly Lot[], living: Living): Promise<Lived> => {
  const deaths = new Map<string, number>();
  const told: Acknowledged[] = [];
  const left = lots.map((lot) => ({ lot, tries: TRIES }));
  let number = 0;

  const dead = (where: string): void => {
    deaths.set(where, (deaths.get(where) ?? 0) + 1);
    living.onDeath(deaths.values().reduce((sum, count) => sum + count, 0));
  };
  const drawn = async (lot: Lot): Promise<boolean> => {
    for (const death of lot) {
      number += 1;
      const where = await diedAt(death, number, living, told);
      dead(where);
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
  return { deaths, told };
};

/** One life: where it ended. */
const diedAt = async (death: Death, number: number, living: Living, told: Acknowledged[]): Promise<string> => {
  const doom = death.kind === 'at a point' ? { point: death.point.name, nth: death.nth } : null;
  const life: Life = {
    log: living.log,
    attaches: living.attaches,
    seed: `${living.seed}/${number}`,
    doom,
    towards: death.kind === 'at a point' ? death.point.towards : null,
  };
  const child = spawn(process.execPath, [WORKER, JSON.stringify(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...living.environment, ...(doom?.point === COPYING ? { [COPY_SECONDS]: ORPHANED_SECONDS } : {}) },
  });
  const ended = once(child, 'close');
  const begun = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line));
    begun.resolve();
  });
  const limit = new AbortController();
  const over = sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {});
  if (death.kind === 'at any time') {
    await Promise.race([begun.promise, ended, over]);
    await sleep(death.lifeMs);
  } else {
    await Promise.race([ended, over]);
  }
  limit.abort();
  const wasKilled = child.exitCode === null && child.signalCode === null;
  if (wasKilled) child.kill('SIGKILL');
  const [code, signal] = await ended;
  if (signal !== 'SIGKILL') throw new Error(`process ${number} ended by itself, with exit code ${code}`);
  return wasKilled || doom === null ? AT_ANY_TIME : doom.point;
};
