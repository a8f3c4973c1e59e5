/** Callers of one process queue per key, first come, first served. */
export class Lines {
  readonly #last = new Map<string, Promise<void>>();

  async inLine<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    await before;
    try {
      return await work();
    } finally {
      if (this.#last.get(key) === promise) this.#last.delete(key);
      resolve();
    }
  }
}

/** At most `limit` at once per key; the others wait in order. */
export class Limits {
  readonly #limit: number;
  readonly #running = new Map<string, { count: number; readonly waiting: (() => void)[] }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  async within<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const entry = this.#running.get(key) ?? { count: 0, waiting: [] };
    this.#running.set(key, entry);
    if (entry.count >= this.#limit) await new Promise<void>((resolve) => entry.waiting.push(resolve));
    else entry.count += 1;
    try {
      return await work();
    } finally {
      // A place is handed on, so that nobody who comes later gets in before those who wait.
      const next = entry.waiting.shift();
      if (next !== undefined) next();
      else {
        entry.count -= 1;
        if (entry.count === 0) this.#running.delete(key);
      }
    }
  }
}
