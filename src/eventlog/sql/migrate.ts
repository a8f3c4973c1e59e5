import type { Migration, SqlServer, SqlSession } from './server.ts';
import { createSessions } from './sessions.ts';
import { newer, notMigrated } from './sql-errors.ts';

const newest = ({ migrations }: SqlServer): number => migrations.at(-1)?.version ?? 0;

/** Refuses a log whose tables are missing, older or newer than what this Scoria works with. */
export const assertMigrated = async (server: SqlServer, session: SqlSession): Promise<void> => {
  const found = await session.schemaVersion();
  const known = newest(server);
  if (found > known) throw newer(server.place.name, found, known);
  if (found < known) throw notMigrated(server.place.name, found, known);
};

/** The versions that a log's schema had, and has now. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/** Brings the schema to the newest version. Any number may do so at once: one does it, the others find it done. */
export const migrate = async (server: SqlServer): Promise<Migrated> => {
  const known = newest(server);
  let from = 0;
  const plan = (version: number): readonly Migration[] => {
    if (version > known) throw newer(server.place.name, version, known);
    from = version;
    return server.migrations.filter((migration) => migration.version > version);
  };
  const sessions = createSessions(() => server.connect(), 1);
  try {
    await sessions.lend((session) => session.migrate(plan));
  } catch (error) {
    throw server.faultOf(error).error;
  } finally {
    await sessions.close();
  }
  return { from, to: known };
};
