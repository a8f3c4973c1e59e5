import type { StoredEvent } from '../../domain/event.ts';
import { type Appended, appendToStream, type StreamRecords } from '../append-to-stream.ts';
import type { Append } from '../port.ts';
import type { SqlSession } from './server.ts';

/** A statement carries so much at most; a server refuses what is bigger than its packets. */
const INSERT_EVENTS = 1_000;
const INSERT_CHARS = 4 * 1024 * 1024;

export interface Staged extends StreamRecords {
  /** What was inserted and is not stored yet, in order. */
  take(): readonly StoredEvent[];
}

/**
 * The streams' ends as they stand while nobody else can append, and what is to be stored after them. Positions go on
 * from the last one that is stored: none is ever given to a transaction that may come to nothing or end later.
 */
export const stagedAfter = (
  position: bigint,
  revisions: ReadonlyMap<string, bigint>,
  known: readonly StoredEvent[] = [],
): Staged => {
  const heads = new Map(revisions);
  const seen = new Map<string, StoredEvent[]>();
  let last = position;
  let staged: StoredEvent[] = [];
  const see = (event: StoredEvent): void => {
    const events = seen.get(event.stream);
    if (events === undefined) seen.set(event.stream, [event]);
    else events.push(event);
  };
  for (const event of known) see(event);
  return {
    head: (stream) => heads.get(stream) ?? -1n,
    between: (stream, from, to) =>
      (seen.get(stream) ?? []).filter(({ revision }) => from <= revision && revision <= to),
    insert(event) {
      last += 1n;
      const { stream, revision, id, body, hash } = event;
      const stored = { position: last, stream, revision, id, body, hash };
      heads.set(stream, revision);
      see(stored);
      staged.push(stored);
      return stored;
    },
    take() {
      const taken = staged;
      staged = [];
      return taken;
    },
  };
};

export const store = async (session: SqlSession, events: readonly StoredEvent[]): Promise<void> => {
  for (let start = 0; start < events.length; ) {
    let end = start;
    for (let chars = 0; end < events.length && end - start < INSERT_EVENTS; end += 1) {
      chars += events[end]?.body.length ?? 0;
      if (chars > INSERT_CHARS && end > start) break;
    }
    await session.insert(events.slice(start, end));
    start = end;
  }
};

/** What stands where the append wants to stand: the same events, if it is a repeat. */
const standingThere = async (session: SqlSession, append: Append): Promise<readonly StoredEvent[]> => {
  const last = append.expectedRevision + BigInt(append.events.length);
  const events: StoredEvent[] = [];
  for (let from = append.expectedRevision + 1n; from <= last; ) {
    const page = await session.pageOfStream(append.stream, from, last);
    events.push(...page.events);
    if (!page.full) break;
    from = (page.events.at(-1)?.revision ?? last) + 1n;
  }
  return events;
};

const stagedFor = async (session: SqlSession, appends: readonly Append[]): Promise<Staged> => {
  const streams = [...new Set(appends.map(({ stream }) => stream))];
  const { position, revisions } = await session.heads(streams);
  const heads = new Map(streams.map((stream, index) => [stream, revisions[index] ?? -1n]));
  const known = new Map<bigint, StoredEvent>();
  for (const append of appends) {
    if ((heads.get(append.stream) ?? -1n) <= append.expectedRevision) continue;
    for (const event of await standingThere(session, append)) known.set(event.position, event);
  }
  return stagedAfter(position, heads, [...known.values()]);
};

/** One transaction for all of them, each with its own answer. `committing` is called when there is no way back but to throw. */
export const appendTogether = async (
  session: SqlSession,
  appends: readonly Append[],
  committing: (appended: readonly Appended[]) => void,
): Promise<readonly Appended[]> => {
  await session.begin();
  const staged = await stagedFor(session, appends);
  const appended = appends.map((append) => appendToStream(staged, append));
  await store(session, staged.take());
  committing(appended);
  await session.commit();
  return appended;
};
