import { ScoriaError } from '../../domain/errors.ts';

export interface BatchesOptions<Item, Result> {
  /** Stores the items in order, all or none of them. */
  readonly store: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly weigh: (item: Item) => number;
  readonly most: { readonly items: number; readonly weight: number };
}

export interface Batches<Item, Result> {
  add(item: Item): Promise<Result>;
  /** Resolves when everything that was added has ended. */
  idle(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The server's matter, and so everybody's: no single item is to blame. */
const concernsAll = (error: unknown): boolean => error instanceof ScoriaError && error.kind === 'log';

/** Whoever comes while one batch is on its way shares the next: one transaction and one wait for the disk for all. */
export const createBatches = <Item, Result>(options: BatchesOptions<Item, Result>): Batches<Item, Result> => {
  const { store, weigh, most } = options;
  let queue: Waiting<Item, Result>[] = [];
  let flushing: Promise<void> | undefined;

  const nextBatch = (): readonly Waiting<Item, Result>[] => {
    let weight = 0;
    const fits = ({ item }: Waiting<Item, Result>, index: number): boolean => {
      weight += weigh(item);
      return index === 0 || (index < most.items && weight <= most.weight);
    };
    const end = queue.findIndex((waiting, index) => !fits(waiting, index));
    const batch = end === -1 ? queue : queue.slice(0, end);
    queue = queue.slice(batch.length);
    return batch;
  };

  const storeAll = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await store(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length > 1 && !concernsAll(error)) for (const one of batch) await storeAll([one]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const flush = async (): Promise<void> => {
    await Promise.resolve();
    while (queue.length > 0) await storeAll(nextBatch());
    flushing = undefined;
  };

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        flushing ??= flush();
      }),
    idle: async () => {
      await flushing;
    },
  };
};
