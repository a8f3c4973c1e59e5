import { type Aim, type Figures, figure, type Measure, type Run, rateRatio, type Subject } from '../measure.ts';
import type { ServerName } from '../servers.ts';
import { counted, type Size } from '../size.ts';

/** Until all have opened the log and warmed up. */
const HEAD_START_MS = 3_000;
const BODY_CHARS = 800;

const appending =
  (name: ServerName, program: string, callers: number): Subject =>
  async ({ size, prepared, node }) => {
    const appends = callers === 1 ? size.appends : size.appendsOfMany;
    const url = await (await prepared.server(name)).newLog();
    return node(program, { url, callers, appends, chars: BODY_CHARS });
  };

const reading =
  (name: ServerName, program: string): Subject =>
  async ({ prepared, node }: Run) =>
    node(program, { url: await prepared.eventsLogOn(name) });

const following =
  (name: ServerName): Subject =>
  async ({ size, prepared, node }) =>
    node('server-lag.ts', { url: await (await prepared.server(name)).newLog(), appends: size.appends });

const executing =
  (name: ServerName, executors: number): Subject =>
  async ({ size, prepared, node, directory }) => {
    const log = await (await prepared.server(name)).newLog();
    const given = { log, startAt: Date.now() + HEAD_START_MS, seconds: size.contendingSeconds, state: directory };
    const all: readonly Figures[] = await Promise.all(
      Array.from({ length: executors }, () => node('contend.ts', given)),
    );
    return { perSecond: all.reduce((sum, { perSecond = 0 }) => sum + perSecond, 0) };
  };

const rate = (
  title: string | ((size: Size) => string),
  [own, other]: readonly [string, string],
  comparedWith: string,
  bounds: Pick<Aim, 'bound' | 'ruin'>,
): Aim => ({
  title: typeof title === 'string' ? () => title : title,
  comparedWith,
  own: [own, 'perSecond'],
  to: [other, 'perSecond'],
  needs: [own],
  ratio: rateRatio(own, other),
  ...bounds,
});

/** A log on a server beside the server's own client: the same rows, on the same server, in turn. */
const onServer = (name: ServerName): Measure => {
  const client = `${name}'s bare client`;
  const writes = { bound: { atLeast: 0.8 }, ruin: { atLeast: 0.1 } };
  return {
    name: `on-${name.toLowerCase()}`,
    title: () => `Appends to ${name}, one caller`,
    subjects: {
      scoria: appending(name, 'server-append.ts', 1),
      bare: appending(name, 'bare-server-append.ts', 1),
      many: appending(name, 'server-append.ts', 64),
      bareMany: appending(name, 'bare-server-append.ts', 64),
      read: reading(name, 'server-read.ts'),
      bareRead: reading(name, 'bare-server-read.ts'),
      lag: following(name),
      one: executing(name, 1),
      two: executing(name, 2),
      four: executing(name, 4),
    },
    own: ['scoria', 'perSecond'],
    mostRounds: 3,
    aims: [
      rate(`Appends to ${name}, one caller`, ['scoria', 'bare'], client, writes),
      rate(`Appends to ${name}, 64 callers`, ['many', 'bareMany'], client, writes),
      rate(`Events read from ${name}`, ['read', 'bareRead'], client, {
        bound: { atLeast: 0.7 },
        ruin: { atLeast: 0.1 },
      }),
      {
        title: ({ foldedEvents }) => `A follower on ${name} catches up with ${counted(foldedEvents)} events`,
        comparedWith: client,
        own: ['read', 'catchUpMs'],
        to: ['bareRead', 'ms'],
        needs: ['read'],
        ratio: (round) => figure(round, 'bareRead', 'ms') / figure(round, 'read', 'catchUpMs'),
        ruin: { atLeast: 0.1 },
      },
      {
        title: () => `Until an event reaches a follower on ${name} (p99, 8 callers)`,
        comparedWith: 'until its append is acknowledged (p99)',
        own: ['lag', 'p99Ms'],
        to: ['lag', 'appendP99Ms'],
        ratio: (round) => figure(round, 'lag', 'p99Ms') / figure(round, 'lag', 'appendP99Ms'),
        needs: ['lag'],
        ruin: { atMost: 1_000 },
      },
      rate(`Durable creates on ${name}, two executors`, ['two', 'one'], 'one executor', { ruin: { atLeast: 0.1 } }),
      rate(`Durable creates on ${name}, four executors`, ['four', 'one'], 'one executor', { ruin: { atLeast: 0.1 } }),
    ],
  };
};

export const onPostgresql = onServer('PostgreSQL');
export const onMariadb = onServer('MariaDB');
