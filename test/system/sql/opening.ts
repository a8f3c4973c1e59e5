import { afterAll, afterEach, describe } from 'vitest';
import type { EventLog } from '../../../src/eventlog/port.ts';
import type { SqlPlace } from '../../../src/eventlog/sql/server.ts';
import { openSqlLog } from '../../../src/eventlog/sql/sql-log.ts';
import { startMariadb } from './mariadb-server.ts';
import { startPostgresql } from './postgresql-server.ts';
import type { Role, TestServer } from './test-server.ts';

export interface Opening {
  readonly role?: Role;
  readonly outageMs?: number;
  readonly place?: Partial<SqlPlace>;
}

export interface OnServer {
  readonly server: TestServer;
  /** Opens a log, which is closed when the test ends. */
  open(database: string, opening?: Opening): Promise<EventLog>;
}

/** Says the tests once for each kind of server, on a server of their own. */
export const onEachServer = async (body: (on: OnServer) => void): Promise<void> => {
  for (const server of [await startPostgresql(), await startMariadb()]) {
    const logs: EventLog[] = [];
    afterAll(() => server.remove());
    describe(server.product, () => {
      afterEach(async () => {
        await Promise.all(logs.splice(0).map((log) => log.close()));
      });
      body({
        server,
        async open(database, { role = 'application', place = {}, ...options } = {}) {
          const log = await openSqlLog(server.server({ ...server.place(database, role), ...place }), options);
          logs.push(log);
          return log;
        },
      });
    });
  }
};
