import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../src/domain/event.ts';
import { ON_THE_HOST } from './labels.ts';

/** Of an executor, `host/pid/instance`. */
export const pidOf = (executor: string): string => executor.split('/')[1] ?? '';

const POLL_MS = 5;

/** Waits until the process stands still; `false` when it does not within the time, or is gone. */
export const hasStopped = async (pid: number, withinMs: number): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    if (state === 'T') return true;
    if (stat === '' || state === 'Z' || performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
};

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export const idsIn = (text: string): readonly string[] => text.match(ID) ?? [];

/** The processes that lost an operation to another while they lived. */
export const robbedIn = (events: readonly RecordedEvent[], diedAt: ReadonlyMap<string, number>): readonly string[] =>
  events.flatMap(({ data, meta }) => {
    if (typeof data.from_executor !== 'string') return [];
    const pid = pidOf(data.from_executor);
    return Date.parse(meta.at) < (diedAt.get(pid) ?? Number.POSITIVE_INFINITY) ? [pid] : [];
  });

/**
 * What operations are about that were taken from such processes: ids of volumes, snapshots and connections; and of what
 * was copied from these afterwards.
 */
export interface Taken {
  readonly count: number;
  readonly ids: ReadonlySet<string>;
  /** Of those that attach and detach on this host: no others leave devices. */
  readonly onTheHost: ReadonlySet<string>;
}

const idsOf = (intents: readonly RecordedEvent[]): ReadonlySet<string> =>
  new Set(intents.flatMap(({ stream, data }) => idsIn(`${stream} ${JSON.stringify(data)}`)));

const isCopyRequest = ({ type }: RecordedEvent): boolean => type === 'VolumeCopyRequested';

export const takenFrom = (outOfTouch: ReadonlySet<string>, events: readonly RecordedEvent[]): Taken => {
  const claims = events.filter(({ data }) => outOfTouch.has(pidOf(String(data.from_executor ?? ''))));
  const taken = new Set(claims.map(({ data }) => data.intent_id));
  const intents = events.filter(({ id }) => taken.has(id));
  const ids = new Set(idsOf(intents));
  const firstClaim = events.findIndex(({ data }) => taken.has(data.intent_id));
  for (const copied of events.slice(firstClaim).filter(isCopyRequest)) {
    if (idsIn(JSON.stringify(copied.data)).some((id) => ids.has(id))) for (const id of idsOf([copied])) ids.add(id);
  }
  const onTheHost = intents.filter(({ meta }) => ON_THE_HOST.includes(meta.command));
  return { count: claims.length, ids, onTheHost: idsOf(onTheHost) };
};

/** The differences that are about one of these, and the others. */
export const apart = (differences: readonly string[], { ids, onTheHost }: Taken) => {
  const isOfThem = (difference: string): boolean => {
    const excused = difference.includes('/dev/loop') ? onTheHost : ids;
    return idsIn(difference).some((id) => excused.has(id));
  };
  return { theirs: differences.filter(isOfThem), others: differences.filter((one) => !isOfThem(one)) };
};
