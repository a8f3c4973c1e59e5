import * as E from 'fp-ts/lib/Either.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { StoredEvent } from '../domain/event.ts';
import type { Append, AppendResult, EventToAppend } from './port.ts';

/** What a log that checks revisions itself must offer; called with nobody else writing. */
export interface StreamRecords {
  /** The stream's last revision, `-1n` when it holds nothing. */
  head(stream: string): bigint;
  /** The events of a stream, both bounds inclusive. */
  between(stream: string, from: bigint, to: bigint): readonly StoredEvent[];
  insert(event: EventToAppend): StoredEvent;
}

export interface Appended {
  readonly result: AppendResult;
  /** What was written now: nothing for a wrong revision and for a repeat. */
  readonly inserted: readonly StoredEvent[];
}

const demand = (holds: boolean, message: () => string): void => {
  if (!holds) throw new TypeError(message());
};

/** Throws on what only a programming error can cause: a gap, a foreign event, text that UTF-8 cannot carry. */
export const assertAppend = ({ stream, expectedRevision, events }: Append): void => {
  demand(events.length > 0, () => `an append to ${stream} without events`);
  demand(expectedRevision >= -1n, () => `an append to ${stream} expects revision ${expectedRevision}`);
  demand(stream.isWellFormed(), () => `the stream name ${stream} is not well-formed Unicode`);
  events.forEach((event, index) => {
    const revision = expectedRevision + BigInt(index) + 1n;
    demand(event.stream === stream, () => `an append to ${stream} carries an event of ${event.stream}`);
    demand(event.revision === revision, () => `${stream}: revision ${event.revision} stands where ${revision} belongs`);
    demand(
      typeof event.body !== 'string' || event.body.isWellFormed(),
      () => `${stream}: ill-formed Unicode in a body`,
    );
  });
};

/** The first result of the same append, if this is a repeat: same ids at the same revisions. */
const firstResult = (
  records: StreamRecords,
  { stream, expectedRevision, events }: Append,
  head: bigint,
): ReadonlyNonEmptyArray<StoredEvent> | undefined => {
  const last = expectedRevision + BigInt(events.length);
  if (head < last) return undefined;
  const stored = records.between(stream, expectedRevision + 1n, last);
  const [first, ...rest] = stored;
  const same = stored.length === events.length && events.every((event, index) => event.id === stored[index]?.id);
  return same && first !== undefined ? [first, ...rest] : undefined;
};

/** Checks the stream's head, then inserts. The head is checked first: a unique index accepts a gap. */
export const appendToStream = (records: StreamRecords, append: Append): Appended => {
  const { stream, expectedRevision, events } = append;
  const head = records.head(stream);
  if (head === expectedRevision) {
    const [first, ...rest] = events;
    const inserted = [records.insert(first), ...rest.map((event) => records.insert(event))] as const;
    return { result: E.right(inserted), inserted };
  }
  const repeated = firstResult(records, append, head);
  return {
    result: repeated === undefined ? E.left({ stream, expected: expectedRevision, actual: head }) : E.right(repeated),
    inserted: [],
  };
};
