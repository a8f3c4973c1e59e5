import { afterAll, describe, test } from 'vitest';
import { openSqlLog } from '../../../src/eventlog/sql/sql-log.ts';
import { describeEventLog } from '../../../src/testing/event-log/suite.ts';
import { startMariadb } from './mariadb-server.ts';
import { newLog } from './new-log.ts';
import { startPostgresql } from './postgresql-server.ts';

for (const server of [await startPostgresql(), await startMariadb()]) {
  afterAll(() => server.remove());

  // As the role that an application has: nothing of the contract needs more.
  describeEventLog(
    server.product,
    async () => {
      const database = await newLog(server);
      const open = () => openSqlLog(server.server(server.place(database, 'application')));
      return { log: await open(), reopen: open };
    },
    { describe, test },
  );
}
