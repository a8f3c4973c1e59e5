import type { StoredEvent } from '../domain/event.ts';
import { eventsIn } from './paged.ts';
import type { EventLog } from './port.ts';

type Readable = Pick<EventLog, 'readPages'>;

/** Where two logs part: what each holds there, `null` where one has ended. */
export interface Parting {
  /** How many events are the same before it. */
  readonly same: number;
  readonly one: StoredEvent | null;
  readonly other: StoredEvent | null;
}

const isSame = (one: StoredEvent, other: StoredEvent): boolean =>
  one.stream === other.stream &&
  one.revision === other.revision &&
  one.id === other.id &&
  one.hash === other.hash &&
  one.body === other.body;

/**
 * Compares two logs event by event, in global order: streams, revisions, ids, hashes and bodies; not the positions, which
 * are each log's own. `null` when they hold the same. `reached` hears how many are the same.
 */
export const compareLogs = async (
  one: Readable,
  other: Readable,
  reached: (same: number) => void = () => {},
): Promise<{ readonly same: number; readonly parting: Parting | null }> => {
  const [ones, others] = [eventsIn(one.readPages()), eventsIn(other.readPages())];
  try {
    for (let same = 0; ; same += 1) {
      const [left, right] = await Promise.all([ones.next(), others.next()]);
      if (left.done && right.done) return { same, parting: null };
      if (left.done || right.done || !isSame(left.value, right.value))
        return { same, parting: { same, one: left.value ?? null, other: right.value ?? null } };
      reached(same + 1);
    }
  } finally {
    await Promise.all([ones.return(), others.return()]);
  }
};
