import * as E from 'fp-ts/lib/Either.js';
import { ScoriaError } from '../../domain/errors.ts';
import { type Appended, appendToStream, assertAppend } from '../append-to-stream.ts';
import { createArrivals } from '../follow.ts';
import { logClosed, logNotEmpty, wrongRevision } from '../log-errors.ts';
import { pagedReader } from '../paged-reader.ts';
import type { Append, EventLog } from '../port.ts';
import { appendTogether, stagedAfter, store } from './append-together.ts';
import { createBatches } from './batches.ts';
import { insisting, OUTAGE_MS } from './insist.ts';
import { assertMigrated } from './migrate.ts';
import type { SqlServer, SqlSession } from './server.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { inDoubt, nameTooLong } from './sql-errors.ts';

const MOST_SESSIONS = 4;
const BATCH = { items: 256, weight: 4 * 1024 * 1024 };
const LOAD_EVENTS = 1_000;
/** What an index of each server can hold. */
const MOST_NAME_BYTES = 1_000;

const weightOf = ({ events }: Append): number => events.reduce((chars, { body }) => chars + body.length, 0);

const assertStorable = (append: Append): void => {
  assertAppend(append);
  const bytes = Buffer.byteLength(append.stream);
  if (bytes > MOST_NAME_BYTES) throw nameTooLong(bytes, MOST_NAME_BYTES);
};

/** Everything into an empty log, in one transaction. */
const load = async (name: string, session: SqlSession, appends: Iterable<Append>): Promise<void> => {
  await session.begin();
  if ((await session.lastPosition()) > 0n) throw logNotEmpty(name);
  const staged = stagedAfter(0n, new Map());
  let waiting = 0;
  for (const append of appends) {
    assertStorable(append);
    const { result } = appendToStream(staged, append);
    if (E.isLeft(result)) throw wrongRevision(name, result.left);
    waiting += append.events.length;
    if (waiting < LOAD_EVENTS) continue;
    await store(session, staged.take());
    waiting = 0;
  }
  await store(session, staged.take());
};

const sqlLog = (server: SqlServer, sessions: Sessions, outageMs: number): EventLog => {
  const { name } = server.place;
  const arrivals = createArrivals();
  let listening: { close(): Promise<void> } | undefined;
  let closing: Promise<void> | undefined;

  const assertOpen = (): void => {
    if (closing !== undefined) throw logClosed(name);
  };

  const insistently = insisting(server, sessions, outageMs);
  const ask = <T>(query: (session: SqlSession) => Promise<T>): Promise<T> => insistently(query, assertOpen);

  const reader = pagedReader(
    {
      lastPosition: () => ask((session) => session.lastPosition()),
      pageOfStream: (stream, from, to) => ask((session) => session.pageOfStream(stream, from, to)),
      pageAfter: (position, upTo) => ask((session) => session.pageAfter(position, upTo)),
    },
    arrivals,
    server.pollMs,
  );

  /**
   * An append whose answer was lost is given again: the lock lets it go on when the first one has ended, and the events
   * that it then finds, or does not find, say how.
   */
  const storeAppends = async (
    appends: readonly Append[],
    check: (appended: readonly Appended[]) => void = () => {},
  ): Promise<readonly Appended[]> => {
    let committing = false;
    const append = (session: SqlSession) =>
      appendTogether(session, appends, (appended) => {
        check(appended);
        committing = true;
      });
    try {
      const appended = await insistently(append);
      if (appended.some(({ inserted }) => inserted.length > 0)) arrivals.announce();
      return appended;
    } catch (error) {
      throw committing && error instanceof ScoriaError ? inDoubt(name, error) : error;
    }
  };
  const batches = createBatches({
    store: (appends: readonly Append[]) => storeAppends(appends),
    weigh: weightOf,
    most: BATCH,
  });

  const close = async (): Promise<void> => {
    await batches.idle();
    await listening?.close();
    await sessions.close();
    arrivals.announce();
  };

  return {
    name,
    gapless: true,

    async append(append) {
      assertStorable(append);
      assertOpen();
      return (await batches.add(append)).result;
    },

    async appendAll(appends) {
      for (const append of appends) assertStorable(append);
      assertOpen();
      await storeAppends(appends, (appended) => {
        for (const { result } of appended) if (E.isLeft(result)) throw wrongRevision(name, result.left);
      });
    },

    async appendToEmpty(appends) {
      assertOpen();
      let committing = false;
      try {
        // Once, because what it takes from cannot be taken from again.
        await sessions.lend(async (session) => {
          await load(name, session, appends);
          committing = true;
          await session.commit();
        });
      } catch (thrown) {
        const { error } = server.faultOf(thrown);
        throw committing && error instanceof ScoriaError ? inDoubt(name, error) : error;
      }
      arrivals.announce();
    },

    ...reader,

    leases: {
      renew: (executor, lengthMs) => ask((session) => session.leases.renew(executor, lengthMs)),
      read: (executor) => ask((session) => session.leases.read(executor)),
      release: (executor) => ask((session) => session.leases.release(executor)),
    },

    subscribe(options) {
      if (closing === undefined) listening ??= server.listen?.(arrivals.announce);
      return reader.subscribe(options);
    },

    close() {
      closing ??= close();
      return closing;
    },
  };
};

/** A log on a server, which must be there, durable and migrated. */
export const openSqlLog = async (
  server: SqlServer,
  { outageMs = OUTAGE_MS }: { readonly outageMs?: number } = {},
): Promise<EventLog> => {
  const sessions = createSessions(() => server.connect(), MOST_SESSIONS);
  try {
    await sessions.lend((session) => assertMigrated(server, session));
  } catch (error) {
    await sessions.close();
    throw server.faultOf(error).error;
  }
  return sqlLog(server, sessions, outageMs);
};
