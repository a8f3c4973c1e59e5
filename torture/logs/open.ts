import { join } from 'node:path';
import type { EventLog } from '../../src/eventlog/port.ts';
import { silentLogger } from '../../src/index.ts';
import { openLogAt } from '../../src/library/open-log.ts';
import { surroundingsOf } from '../../src/library/surroundings.ts';
import { isLogUrl } from '../../src/log-url.ts';

/** Where the record is, and what is kept of it on this host. */
export interface LogPlace {
  /** A path or a URL. */
  readonly log: string;
  /** The directory of keys and projections, where the log is not a file that these stand beside. */
  readonly state: string;
}

export interface Opening {
  readonly ifMissing: 'create' | 'refuse';
  /** How long its server may be away: what is usual, unless given. */
  readonly outageMs?: number | undefined;
  /** Around a log on a server. */
  readonly around?: (log: EventLog) => EventLog;
}

const LOCK_TIMEOUT_MS = 10_000;

/** What an engine is given of the log. */
export const opened = async ({ log, state }: LogPlace, { ifMissing, outageMs, around = (it) => it }: Opening) => {
  const options = { ifMissing, lockTimeoutMs: LOCK_TIMEOUT_MS };
  if (!isLogUrl(log)) return { log, ...options };
  const surroundings = { ...surroundingsOf({ logger: silentLogger }), ...options };
  const onServer = await openLogAt(log, { ...surroundings, ...(outageMs === undefined ? {} : { outageMs }) });
  return {
    log: around(onServer),
    keyStore: join(state, 'scoria.keys'),
    projectionDirectory: join(state, 'projections'),
    ...options,
  };
};
