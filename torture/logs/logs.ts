import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { REAL_SERVER } from '../../test/eventlog/eventstoredb/real-server.ts';
import { StandIn } from '../../test/eventlog/eventstoredb/stand-in/start.ts';
import { startMariadb } from '../../test/system/sql/mariadb-server.ts';
import { newLog } from '../../test/system/sql/new-log.ts';
import { startPostgresql } from '../../test/system/sql/postgresql-server.ts';
import { PASSWORD, PASSWORD_VARIABLE, type TestServer } from '../../test/system/sql/test-server.ts';
import { Drawn } from '../drawn.ts';
import { CALL_STEPS, TRANSACTION_STEPS } from '../points/log.ts';
import type { LogPlace } from './open.ts';
import { killAgainAndAgain, type Restartable } from './outages.ts';
import { startRelay, type Target } from './relay.ts';

/** A log that processes are tortured on. */
export interface TorturedLog extends LogPlace, AsyncDisposable {
  /** Where an executor may die in an append. */
  readonly appendSteps: readonly string[];
  /** Whether an executor may be cut off from it for longer than its lease, and so lose what it holds. */
  readonly losesTouch: boolean;
  /** Begins to cut connections and to kill the server. `ended` says how often what happened. */
  trouble(): { ended(): Promise<ReadonlyMap<string, number>> };
}

const inFile = async (directory: string): Promise<TorturedLog> => ({
  log: join(directory, 'scoria.db'),
  state: directory,
  appendSteps: TRANSACTION_STEPS,
  losesTouch: false,
  trouble: () => ({ ended: async () => new Map() }),
  async [Symbol.asyncDispose]() {},
});

interface Server {
  readonly target: Target;
  /** The URL of the log, as whoever comes through that port gives it. */
  url(port: number): string;
  /** Absent where the server is somebody else's. */
  readonly process?: Restartable;
  remove(): Promise<void>;
}

const behindRelay = async (server: Server, directory: string, seed: number): Promise<TorturedLog> => {
  const relay = await startRelay(server.target, seed);
  return {
    log: server.url(relay.port),
    state: directory,
    appendSteps: CALL_STEPS,
    losesTouch: true,
    trouble() {
      relay.trouble();
      const killing = server.process && killAgainAndAgain(server.process, new Drawn(seed, 'outages'));
      return {
        async ended() {
          const kills = (await killing?.ended()) ?? 0;
          relay.calm();
          return new Map([['the server was killed', kills], ...relay.counts]);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await server.remove();
    },
  };
};

const throughPort = (url: string, port: number): string => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`);

const onSql =
  (start: () => Promise<TestServer>) =>
  async (directory: string, seed: number): Promise<TorturedLog> => {
    process.env[PASSWORD_VARIABLE] = PASSWORD;
    const server = await start();
    const database = await newLog(server);
    const { host, port } = server.place(database);
    const running: Server = {
      target: { host, port },
      url: (through) => throughPort(server.url(database, 'application'), through),
      process: { kill: () => server.kill(), restart: () => server.start() },
      remove: () => server.remove(),
    };
    return behindRelay(running, directory, seed);
  };

const onStandIn = async (directory: string, seed: number): Promise<TorturedLog> => {
  const server = await StandIn.start(join(directory, 'records'));
  const running: Server = {
    target: { host: '127.0.0.1', port: server.port },
    url: (through) => throughPort(server.url, through),
    process: server,
    remove: () => server[Symbol.asyncDispose](),
  };
  return behindRelay(running, directory, seed);
};

/** Its connections are cut; nobody kills it. */
const onRealServer = (real: string) => (directory: string, seed: number) => {
  const { hostname: host, port } = new URL(real);
  const url = `${real}${real.includes('?') ? '&' : '?'}prefix=torture-${randomUUID()}`;
  const running: Server = {
    target: { host, port: Number(port || 2113) },
    url: (through) => url.replace(/\/\/[^/?]+/, `//127.0.0.1:${through}`),
    remove: async () => {},
  };
  return behindRelay(running, directory, seed);
};

/** By the names of `--log`. */
export const LOGS: Readonly<Record<string, (directory: string, seed: number) => Promise<TorturedLog>>> = {
  sqlite: inFile,
  postgresql: onSql(startPostgresql),
  mariadb: onSql(startMariadb),
  eventstoredb: REAL_SERVER === undefined ? onStandIn : onRealServer(REAL_SERVER),
};
