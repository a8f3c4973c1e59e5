import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { untilLate, writeTransaction } from './write-transaction.ts';

/** Keeps one transaction short enough for the event loop and for other processes. */
const BATCH_ITEMS = 512;

export interface GroupCommitOptions<Item, Result> {
  readonly database: DatabaseSync;
  /** Stores the items in order, inside a transaction. When it throws, what it did is rolled back. */
  readonly store: (items: readonly Item[]) => readonly Result[];
  /** After a rollback, before anything is stored again. */
  readonly rolledBack: () => void;
  /** After a commit, before any caller hears of it. */
  readonly committed: (results: readonly Result[]) => void;
  readonly timeoutMs: number;
  readonly late: (busy: unknown) => Error;
}

export interface GroupCommit<Item, Result> {
  add(item: Item): Promise<Result>;
  /** Resolves when everything that was added has ended. */
  idle(): Promise<void>;
}

interface Pending<Item, Result> {
  readonly item: Item;
  readonly deadline: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

type Verdict<Result> = { readonly result: Result } | { readonly error: unknown };

/** Stores an item behind a savepoint, so that its failure leaves its neighbours alone. */
const storeApart = <Item, Result>(
  { database, store, rolledBack }: GroupCommitOptions<Item, Result>,
  item: Item,
): Verdict<Result> => {
  database.exec('SAVEPOINT item');
  try {
    const [result] = store([item]);
    database.exec('RELEASE item');
    return { result: result as Result };
  } catch (error) {
    // The whole transaction is gone (a full disk does that): no verdict on this item alone.
    if (!database.isTransaction) throw error;
    database.exec('ROLLBACK TO item');
    database.exec('RELEASE item');
    rolledBack();
    return { error };
  }
};

/**
 * One transaction, one fsync, for all that concurrent callers add. Together first; when that fails, once more with a
 * savepoint each; when even that transaction cannot be committed, one by one.
 */
export const createGroupCommit = <Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> => {
  const { database, store, rolledBack, committed, timeoutMs, late } = options;
  type Waiting = Pending<Item, Result>;
  let queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;

  const settle = (batch: readonly Waiting[], verdicts: readonly Verdict<Result>[]): void => {
    committed(verdicts.flatMap((verdict) => ('result' in verdict ? [verdict.result] : [])));
    batch.forEach(({ resolve, reject }, index) => {
      const verdict = verdicts[index] as Verdict<Result>;
      if ('result' in verdict) resolve(verdict.result);
      else reject(verdict.error);
    });
  };

  const refuseLate = (busy: unknown): void => {
    const now = performance.now();
    const overdue = queue.filter(({ deadline }) => deadline <= now);
    if (overdue.length === 0) return;
    queue = queue.filter(({ deadline }) => deadline > now);
    const error = late(busy);
    for (const { reject } of overdue) reject(error);
    if (queue.length === 0) throw error;
  };

  const commitAlone = async (one: Waiting): Promise<void> => {
    try {
      const [result] = await writeTransaction(database, () => store([one.item]), untilLate(timeoutMs, late));
      settle([one], [{ result: result as Result }]);
    } catch (error) {
      rolledBack();
      one.reject(error);
    }
  };

  const commitApart = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const work = () => batch.map(({ item }) => storeApart(options, item));
      settle(batch, await writeTransaction(database, work, untilLate(timeoutMs, late)));
    } catch {
      rolledBack();
      for (const one of batch) await commitAlone(one);
    }
  };

  const commitTogether = async (): Promise<void> => {
    let batch: readonly Waiting[] = [];
    const work = () => {
      // Taken when the lock is there: whoever came while it was busy shares this transaction.
      batch = queue.slice(0, BATCH_ITEMS);
      queue = queue.slice(BATCH_ITEMS);
      return store(batch.map(({ item }) => item));
    };
    try {
      const results = await writeTransaction(database, work, refuseLate);
      settle(
        batch,
        results.map((result) => ({ result })),
      );
    } catch (error) {
      if (batch.length > 0) rolledBack();
      else batch = queue.splice(0);
      if (batch.length > 1) await commitApart(batch);
      else batch[0]?.reject(error);
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      await nextTurn();
      await commitTogether();
    }
    flushing = undefined;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, deadline: performance.now() + timeoutMs, resolve, reject });
        flushing ??= flush();
      }),
    idle: async () => {
      await flushing;
    },
  };
};
