import type { Lease, Leases } from '../eventlog/leases.ts';

/** `moved`: its executor has been alive since the watch began. `still`: not yet for long enough to tell. */
export type Sight = 'moved' | 'still' | 'run out';

interface Watch {
  /** The counter when the watch began: what moves away from it is alive. */
  readonly first: bigint | null;
  counter: bigint | null;
  /** When the counter was first seen like this, and when it was looked at last: milliseconds of the own clock. */
  sinceMs: number;
  lookedMs: number;
}

/** A watcher that did not look for this part of a lease may have slept itself, and begins anew. */
const LONGEST_LOOK_AWAY = 1 / 4;

/**
 * Watches leases by this process's own monotonic clock. A lease has run out when its counter was seen not to move for
 * its whole length; one that was never renewed stands still too.
 */
export class LeaseWatch {
  readonly #leases: Leases;
  /** Of a lease that is not there. */
  readonly #lengthMs: number;
  readonly #now: () => number;
  readonly #watches = new Map<string, Watch>();

  constructor(leases: Leases, lengthMs: number, now: () => number = () => performance.now()) {
    this.#leases = leases;
    this.#lengthMs = lengthMs;
    this.#now = now;
  }

  /** Looks at the lease of an executor because of `work` that it holds, as long as which the watch lasts. */
  async look(executor: string, work: string): Promise<Sight> {
    const lease = await this.#leases.read(executor);
    const now = this.#now();
    const lengthMs = lease?.lengthMs ?? this.#lengthMs;
    const watch = this.#watchOf(`${executor} ${work}`, lease, now, lengthMs);
    if (watch.counter !== (lease?.counter ?? null)) {
      watch.counter = lease?.counter ?? null;
      watch.sinceMs = now;
    }
    watch.lookedMs = now;
    if (now - watch.sinceMs >= lengthMs) return 'run out';
    return watch.counter === watch.first ? 'still' : 'moved';
  }

  #watchOf(key: string, lease: Lease | null, now: number, lengthMs: number): Watch {
    for (const [other, { lookedMs }] of this.#watches) {
      if (now - lookedMs > lengthMs * LONGEST_LOOK_AWAY) this.#watches.delete(other);
    }
    const counter = lease?.counter ?? null;
    const watch = this.#watches.get(key) ?? { first: counter, counter, sinceMs: now, lookedMs: now };
    this.#watches.set(key, watch);
    return watch;
  }
}
