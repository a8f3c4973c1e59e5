import { migrate } from '../../../src/eventlog/sql/migrate.ts';
import type { TestServer } from './test-server.ts';

/** A database with the tables of a log, and roles with what the how-to page gives them. */
export const newLog = async (server: TestServer): Promise<string> => {
  const database = await server.newDatabase();
  await migrate(server.server(server.place(database)));
  const grants = [...server.grants('application', 'application'), ...server.grants('reader', 'reader')];
  await server.admin(database, ...grants);
  return database;
};
