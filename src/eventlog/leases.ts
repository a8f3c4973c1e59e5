/** A counter that an executor moves while it is at work. */
export interface Lease {
  /** Grows with every renewal. */
  readonly counter: bigint;
  /** After how long without moving its executor counts as gone, in milliseconds. */
  readonly lengthMs: number;
}

/**
 * Who is alive among those that work on one log. No clock is compared with another's: whoever wants to know watches
 * the counter by a clock of its own. Not part of the record: nothing of it is replayed, dumped or sealed.
 */
export interface Leases {
  /** Moves the executor's counter, which begins with the first renewal. */
  renew(executor: string, lengthMs: number): Promise<void>;
  /** The executor's lease; `null` when it never renewed one or released it. */
  read(executor: string): Promise<Lease | null>;
  release(executor: string): Promise<void>;
}

/** Leases of the engines of this process. */
export const createMemoryLeases = (): Leases => {
  const leases = new Map<string, Lease>();
  return {
    async renew(executor, lengthMs) {
      leases.set(executor, { counter: (leases.get(executor)?.counter ?? 0n) + 1n, lengthMs });
    },
    read: async (executor) => leases.get(executor) ?? null,
    async release(executor) {
      leases.delete(executor);
    },
  };
};
