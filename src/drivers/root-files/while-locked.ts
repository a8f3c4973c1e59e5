import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const PATIENCE_MS = 20_000;

/**
 * Does the work while no other process does any under this lock. A lock of SQLite's, because the kernel lets it go when
 * its holder ends, however that is. The work is synchronous: nothing else of this process can then wait for it.
 */
export const whileLocked = <Value>(lockPath: string, work: () => Value): Value => {
  mkdirSync(dirname(lockPath), { recursive: true });
  using lock = new DatabaseSync(lockPath, { timeout: PATIENCE_MS });
  lock.exec('BEGIN EXCLUSIVE');
  return work();
};
