import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './sqlite-errors.ts';

const LOCKED = Symbol('locked');

/** Random, so that several processes take turns; a busy timeout would starve some and block the event loop. */
const pause = (): Promise<void> => sleep(0.2 + Math.random());

/** Does `work` as soon as the file is not busy; `waiting` runs before each pause and gives up by throwing. */
export const whenFree = async <T>(work: () => T, waiting: (busy: unknown) => void): Promise<T> => {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      waiting(error);
    }
    await pause();
  }
};

/** Gives up, by the error that `late` makes, once the time is over. */
export const untilLate = (timeoutMs: number, late: (busy: unknown) => Error): ((busy: unknown) => void) => {
  const deadline = performance.now() + timeoutMs;
  return (busy) => {
    if (performance.now() >= deadline) throw late(busy);
  };
};

export const rollBack = (database: DatabaseSync): void => {
  // Some errors (a full disk, for one) make SQLite roll back by itself.
  if (database.isTransaction) database.exec('ROLLBACK');
};

const tryTransaction = <T>(
  database: DatabaseSync,
  work: () => T,
  busy: (error: unknown) => void,
): T | typeof LOCKED => {
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!isBusy(error)) throw error;
    busy(error);
    return LOCKED;
  }
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
};

const unsynced = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return work();
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
};

const whenLocked = async <T>(attempt: () => T | typeof LOCKED): Promise<T> => {
  for (;;) {
    const result = attempt();
    if (result !== LOCKED) return result;
    await pause();
  }
};

/**
 * One write transaction, from BEGIN to COMMIT without an await: nothing else on this connection gets in between.
 * `work` runs once, when the lock is there; `waiting` as in `whenFree`.
 */
export const writeTransaction = <T>(
  database: DatabaseSync,
  work: () => T,
  waiting: (busy: unknown) => void,
): Promise<T> => whenLocked(() => tryTransaction(database, work, waiting));

/**
 * The same for what is made of the events and can be made anew: it does not wait for the disk, so that a power cut may
 * take the last of these transactions, each as a whole. A commit of events that follows makes them durable as well.
 */
export const derivedTransaction = <T>(
  database: DatabaseSync,
  work: () => T,
  waiting: (busy: unknown) => void,
): Promise<T> => whenLocked(() => unsynced(database, () => tryTransaction(database, work, waiting)));
