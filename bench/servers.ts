import { startMariadb } from '../test/system/sql/mariadb-server.ts';
import { newLog } from '../test/system/sql/new-log.ts';
import { startPostgresql } from '../test/system/sql/postgresql-server.ts';
import { PASSWORD, PASSWORD_VARIABLE } from '../test/system/sql/test-server.ts';

const STARTS = { PostgreSQL: startPostgresql, MariaDB: startMariadb };

export type ServerName = keyof typeof STARTS;

/** A server of the run's own, and logs on it. */
export interface Server extends AsyncDisposable {
  /** The URL of an empty log. */
  newLog(): Promise<string>;
}

export const benchServer = async (name: ServerName): Promise<Server> => {
  process.env[PASSWORD_VARIABLE] = PASSWORD;
  const server = await STARTS[name]();
  return {
    newLog: async () => server.url(await newLog(server), 'application'),
    [Symbol.asyncDispose]: () => server.remove(),
  };
};
