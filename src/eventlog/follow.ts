import type { StoredEvent } from '../domain/event.ts';

/** Wakes whoever waits for the next append of this process. */
export interface Arrivals {
  /** Grows with every announcement: whoever compares it misses none. */
  count(): number;
  announce(): void;
  /** Resolves when more than `seen` were announced, after `pollMs`, or on abort. */
  after(
    seen: number,
    limits: { readonly signal?: AbortSignal | undefined; readonly pollMs?: number | undefined },
  ): Promise<void>;
}

export const createArrivals = (): Arrivals => {
  let count = 0;
  let waiting = new Set<() => void>();
  return {
    count: () => count,
    announce() {
      count += 1;
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    after: (seen, { signal, pollMs }) =>
      new Promise((resolve) => {
        if (count !== seen || signal?.aborted) return resolve();
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const timer = pollMs === undefined ? undefined : setTimeout(wake, pollMs);
        signal?.addEventListener('abort', wake);
        waiting.add(wake);
      }),
  };
};

const NOTHING: readonly StoredEvent[] = [];

/** A page that takes long (a server may be away) keeps nobody who wants no more. */
const unlessAborted = async (
  page: Promise<readonly StoredEvent[]>,
  signal: AbortSignal | undefined,
): Promise<readonly StoredEvent[]> => {
  if (signal === undefined) return page;
  const { promise: aborted, resolve } = Promise.withResolvers<readonly StoredEvent[]>();
  const stop = () => resolve(NOTHING);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([page, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/** Reads page after page, then waits for the next; holds one page and nothing else while its reader is slow. */
export async function* follow(
  pageAfter: (position: bigint) => Promise<readonly StoredEvent[]>,
  arrivals: Arrivals,
  options: {
    readonly after?: bigint | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly pollMs?: number | undefined;
  },
): AsyncGenerator<StoredEvent, void, void> {
  let last = options.after ?? 0n;
  while (!options.signal?.aborted) {
    const seen = arrivals.count();
    const page = await unlessAborted(pageAfter(last), options.signal);
    for (const event of page) {
      if (options.signal?.aborted) return;
      yield event;
      last = event.position;
    }
    if (page.length === 0) await arrivals.after(seen, options);
  }
}
