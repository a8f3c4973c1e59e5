import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as passed } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const ASK_AGAIN_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Does the work while no other process does any under this lock. A lock of SQLite's, because the kernel lets it go when
 * its holder ends, however that is. Who waits for it does other work meanwhile, such as to say that it lives: a holder
 * that stands still may keep it for long. The work is synchronous, so that nothing else of this process comes in between.
 */
export const whileLocked = async <Value>(lockPath: string, work: () => Value): Promise<Value> => {
  mkdirSync(dirname(lockPath), { recursive: true });
  using lock = new DatabaseSync(lockPath, { timeout: 0 });
  const deadline = performance.now() + PATIENCE_MS;
  while (!isTaken(lock)) {
    if (performance.now() > deadline) throw Object.assign(new Error(`${lockPath} is locked`), { code: 'ETIMEDOUT' });
    await passed(ASK_AGAIN_MS);
  }
  return work();
};

const isTaken = (lock: DatabaseSync): boolean => {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { readonly errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
};
