import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { migrateLog, silentLogger } from '../../../src/index.ts';
import { server as eventStore } from '../../eventlog/eventstoredb/opened.ts';
import { startMariadb } from '../sql/mariadb-server.ts';
import { startPostgresql } from '../sql/postgresql-server.ts';
import { PASSWORD, PASSWORD_VARIABLE, type TestServer } from '../sql/test-server.ts';

/** A kind of log, as `--log` names it. */
export interface Kind {
  readonly kind: string;
  /** One that holds nothing; a server's database has no tables yet. */
  unprepared(): Promise<string>;
  /** One that holds nothing, and can be opened. */
  empty(): Promise<string>;
}

export const directory = await mkdtemp(join(tmpdir(), 'scoria-logs-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let logs = 0;
const nextName = (): string => {
  logs += 1;
  return `log-${process.pid}-${logs}`;
};

const sameEachTime = (kind: string, name: () => Promise<string>): Kind => ({ kind, unprepared: name, empty: name });

const onServer = (server: TestServer): Kind => {
  afterAll(() => server.remove());
  const unprepared = async () => server.url(await server.newDatabase());
  return {
    kind: server.product,
    unprepared,
    async empty() {
      const log = await unprepared();
      await migrateLog({ log, logger: silentLogger });
      return log;
    },
  };
};

/** All five, on servers of the test's own. */
export const startFiveLogs = async (): Promise<readonly Kind[]> => {
  process.env[PASSWORD_VARIABLE] = PASSWORD;
  return [
    sameEachTime('memory', async () => ':memory:'),
    sameEachTime('SQLite', async () => join(directory, `${nextName()}.db`)),
    onServer(await startPostgresql()),
    onServer(await startMariadb()),
    sameEachTime('EventStoreDB', async () => `${await eventStore()}&prefix=${nextName()}`),
  ];
};
