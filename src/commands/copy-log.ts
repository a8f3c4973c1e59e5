import * as E from 'fp-ts/lib/Either.js';
import type { NonEmptyArray } from 'fp-ts/lib/NonEmptyArray.js';
import { hashBody } from '../audit/chain.ts';
import type { StoredEvent } from '../domain/event.ts';
import { compareLogs } from '../eventlog/compare-logs.ts';
import { eventAltered, otherHistory, wrongRevision } from '../eventlog/log-errors.ts';
import type { Append, EventLog } from '../eventlog/port.ts';

/** What a copy found and did, in events. */
export interface CopiedLog {
  /** There already: the copy was begun before. */
  readonly found: number;
  readonly copied: number;
}

const assertUnaltered = ({ stream, revision, body, hash }: StoredEvent, log: string): void => {
  if (hashBody(body) !== hash) throw eventAltered(log, stream, revision);
};

/** Neighbours of one stream go together; the order of the log stays. */
const appendsOf = (events: readonly StoredEvent[]): readonly Append[] => {
  const appends: (Append & { readonly events: NonEmptyArray<StoredEvent> })[] = [];
  for (const event of events) {
    const last = appends.at(-1);
    if (last?.stream === event.stream) last.events.push(event);
    else appends.push({ stream: event.stream, expectedRevision: event.revision - 1n, events: [event] });
  }
  return appends;
};

const append = async (to: EventLog, appends: readonly Append[]): Promise<void> => {
  if (to.appendAll !== undefined) return to.appendAll(appends);
  for (const one of appends) {
    const result = await to.append(one);
    if (E.isLeft(result)) throw wrongRevision(to.name, result.left);
  }
};

/**
 * Copies every event of a log into another one, byte for byte and in global order: ids, bodies and hashes stay, positions
 * are the other log's own. Given again after an interruption, it goes on from where it stood; into a log that holds
 * anything else it copies nothing. `reached` hears how many events both hold.
 */
export const copyLog = async (
  from: EventLog,
  to: EventLog,
  reached: (events: number) => void = () => {},
): Promise<CopiedLog> => {
  const { same: found, parting } = await compareLogs(from, to, reached);
  if (parting === null) return { found, copied: 0 };
  if (parting.other !== null) throw otherHistory(from.name, to.name, parting.same);
  const after = (parting.one?.position ?? 1n) - 1n;
  let copied = 0;
  for await (const page of from.readPages({ after })) {
    for (const event of page) assertUnaltered(event, from.name);
    await append(to, appendsOf(page));
    copied += page.length;
    reached(found + copied);
  }
  return { found, copied };
};
