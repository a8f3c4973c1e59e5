/** Whether `turn` came before `signal` was aborted. */
const cameInTime = async (turn: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<boolean> => {
  if (signal === undefined) {
    await turn;
    return true;
  }
  const aborted = Promise.withResolvers<boolean>();
  const giveUp = () => aborted.resolve(false);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([aborted.promise, Promise.resolve(turn).then(() => true)]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
};

/** Callers of one process queue per key, first come, first served. */
export class Lines {
  readonly #last = new Map<string, Promise<void>>();

  inLine<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** `null` where the signal is aborted before its turn comes. */
  inLine<Result>(key: string, work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result | null>;
  async inLine<Result>(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result | null> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    const leave = () => {
      if (this.#last.get(key) === promise) this.#last.delete(key);
      resolve();
    };
    if (!(await cameInTime(before, signal))) {
      // Whoever comes later still waits for those before.
      void before?.then(leave);
      return null;
    }
    try {
      return await work();
    } finally {
      leave();
    }
  }
}

interface Entry {
  count: number;
  readonly waiting: (() => void)[];
}

/** At most `limit` at once per key; the others wait in order. */
export class Limits {
  readonly #limit: number;
  readonly #running = new Map<string, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  within<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
  /** `null` where the signal is aborted before its turn comes. */
  within<Result>(key: string, work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result | null>;
  async within<Result>(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result | null> {
    const entry = this.#running.get(key) ?? { count: 0, waiting: [] };
    this.#running.set(key, entry);
    if (entry.count < this.#limit) entry.count += 1;
    else {
      const { promise: turn, resolve } = Promise.withResolvers<void>();
      entry.waiting.push(resolve);
      if (!(await cameInTime(turn, signal))) {
        const place = entry.waiting.indexOf(resolve);
        // A turn that came at the same moment goes to the next.
        if (place === -1) this.#leave(key, entry);
        else entry.waiting.splice(place, 1);
        return null;
      }
    }
    try {
      return await work();
    } finally {
      this.#leave(key, entry);
    }
  }

  #leave(key: string, entry: Entry): void {
    // A place is handed on, so that nobody who comes later gets in before those who wait.
    const next = entry.waiting.shift();
    if (next === undefined) entry.count -= 1;
    else next();
    if (entry.count === 0) this.#running.delete(key);
  }
}
