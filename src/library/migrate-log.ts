import { isLogUrl } from '../log-url.ts';
import type { Logger } from '../logging.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { invalidLogUrl } from './log-credential.ts';
import { migrateLogAt } from './open-log.ts';
import { surroundingsOf } from './surroundings.ts';

export interface MigrateOptions {
  /** The URL of a log on a server, as `createEngine` takes it, with a role that may create tables. */
  readonly log: string;
  /** How long another process may hold the log's lock (10 s unless given). */
  readonly lockTimeoutMs?: number;
  /** Where to log: warnings and errors as JSON lines on standard error, unless given. */
  readonly logger?: Logger;
}

/**
 * Creates the tables of a log on a server, or brings them to the version that this Scoria works with. Repeating it
 * changes nothing, and any number of processes may do it at once. Answers the versions before and after, `0` for none.
 * Throws `LogNewer` when a newer Scoria has migrated the log.
 */
export const migrateLog = async (options: MigrateOptions): Promise<{ readonly from: number; readonly to: number }> => {
  const { log, lockTimeoutMs = ENGINE_DEFAULTS.lockTimeoutMs } = options;
  if (!isLogUrl(log))
    throw invalidLogUrl('a log that is a file needs no migration', 'use it, or give the URL of a log');
  return migrateLogAt(log, { ...surroundingsOf(options), lockTimeoutMs });
};
