import type { EventBody, StoredEvent } from '../domain/event.ts';
import type { EventLog } from '../eventlog/port.ts';

/** What whoever follows a log does not have of it. */
export interface Lag {
  readonly events: number;
  /** There are more than that: this log's positions do not count its events, and no more of them were looked at. */
  readonly more: boolean;
  /** How long ago the oldest of them was recorded, by the clocks of those who did; `null` when there is none. */
  readonly seconds: number | null;
}

export interface Missing {
  readonly after: bigint;
  readonly upTo: bigint;
  readonly now: Date;
  readonly counts?: (event: StoredEvent) => boolean;
}

/** So many are read. */
const MOST_READ = 1_000;

const secondsSince = ({ body }: StoredEvent, now: Date): number => {
  const { meta } = JSON.parse(body) as EventBody;
  return Math.max(0, (now.getTime() - Date.parse(meta.at)) / 1000);
};

/** The events between two positions: their number and the age of the oldest. */
export const lagOf = async (
  log: Pick<EventLog, 'readAll' | 'gapless'>,
  { after, upTo, now, counts = () => true }: Missing,
): Promise<Lag> => {
  let events = 0;
  let seconds: number | null = null;
  if (after >= upTo) return { events, more: false, seconds };
  for await (const event of log.readAll({ after, upTo })) {
    if (!counts(event)) continue;
    if (events === MOST_READ)
      return log.gapless === true
        ? { events: events + Number(upTo - event.position) + 1, more: false, seconds }
        : { events, more: true, seconds };
    seconds ??= secondsSince(event, now);
    events += 1;
  }
  return { events, more: false, seconds };
};
