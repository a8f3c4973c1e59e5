import { rejections, ScoriaError } from '../../domain/errors.ts';
import { logNameOf } from '../../library/log-credential.ts';
import type { Globals } from '../globals.ts';
import { configurationFor, openSession, type Session } from '../session.ts';
import type { Place } from './place.ts';
import type { Say } from './quickstart.ts';

/** Opens the log, with its tables where it has none. What others share holds nothing yet: events stay for ever. */
export const openPlace = async ({ log, isShared }: Place, globals: Globals, say: Say): Promise<Session> => {
  const own = { ...globals, log, config: null };
  const session = await openSession(own, 'create').catch(async (error: unknown) => {
    if (!hasNoTables(error)) throw error;
    await makeTables(own, say);
    return openSession(own, 'create');
  });
  if (!isShared || (await session.engine.view()).position === 0n) return session;
  await session[Symbol.asyncDispose]();
  throw notEmpty(logNameOf(log));
};

const hasNoTables = (error: unknown): boolean =>
  error instanceof ScoriaError && error.code === 'LogNotMigrated' && error.details.schema_version === 0;

const makeTables = async (globals: Globals, say: Say): Promise<void> => {
  const [{ engine }, { migrateLog }] = await Promise.all([
    configurationFor(globals),
    import('../../library/migrate-log.ts'),
  ]);
  const { to } = await migrateLog(engine);
  await say(`The database had no tables of Scoria; they are made (schema version ${to}).\n`);
};

const notEmpty = (log: string): ScoriaError =>
  new ScoriaError(
    rejections.LogNotEmpty(
      `the log ${log} holds events already, and those of a quickstart would stand among them for ever`,
      'give a log that holds none: a database or a prefix of its own',
      { log },
    ),
  );
