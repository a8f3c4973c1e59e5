import { type CopiedLog, copyLog as copyEvents } from '../commands/copy-log.ts';
import { SealedKeys, type UnreadableSecrets } from '../commands/sealed-keys.ts';
import { compareLogs, type Parting } from '../eventlog/compare-logs.ts';
import type { EventLog } from '../eventlog/port.ts';
import { openSqliteLog } from '../eventlog/sqlite.ts';
import { isLogUrl } from '../log-url.ts';
import type { Logger } from '../logging.ts';
import type { Onlooker } from '../progress.ts';
import { ENGINE_DEFAULTS } from './engine-defaults.ts';
import { type KeyPlace, keyStoreOf } from './key-store.ts';
import { openLogAt } from './open-log.ts';
import { surroundingsOf } from './surroundings.ts';

export interface CopyLogOptions extends Onlooker {
  /** How long another process may hold a log's lock (10 s unless given). */
  readonly lockTimeoutMs?: number;
  /** Where to log: warnings and errors as JSON lines on standard error, unless given. */
  readonly logger?: Logger;
  /** The key store that shall open the copy's secrets, and its master key: as `createEngine` takes them. */
  readonly keyStore?: KeyPlace['keyStore'];
  readonly masterKey?: KeyPlace['masterKey'];
}

export interface LogCopy extends CopiedLog {
  /**
   * The streams whose events hold sealed credentials: to open these, the copy's engine needs the key store and the master
   * key of the log that they come from.
   */
  readonly sealedStreams: readonly string[];
  /** Those of them whose secrets the copy's key store does not open, and why. */
  readonly unreadable: readonly UnreadableSecrets[];
}

/** How two logs compare: `parting` is where they differ first, `null` when they hold the same. */
export interface LogComparison {
  /** How many events are the same, from the first on. */
  readonly same: number;
  readonly parting: Parting | null;
}

type Mode = 'read' | 'write';

const open = async (log: string, mode: Mode, options: CopyLogOptions): Promise<EventLog> => {
  const { lockTimeoutMs = ENGINE_DEFAULTS.lockTimeoutMs } = options;
  const ifMissing = mode === 'read' ? 'refuse' : 'create';
  if (isLogUrl(log)) return openLogAt(log, { ...surroundingsOf(options), ifMissing, lockTimeoutMs });
  return openSqliteLog({ file: log, ifMissing, readOnly: mode === 'read', lockTimeoutMs });
};

const withLogs = async <Result>(
  [one, other]: readonly [readonly [string, Mode], readonly [string, Mode]],
  options: CopyLogOptions,
  work: (one: EventLog, other: EventLog) => Promise<Result>,
): Promise<Result> => {
  const left = await open(...one, options);
  try {
    const right = await open(...other, options);
    try {
      return await work(left, right);
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
};

const unreadableIn = async (
  log: string,
  sealed: SealedKeys,
  options: CopyLogOptions,
): Promise<readonly UnreadableSecrets[]> => {
  if (sealed.streams.length === 0) return [];
  const { lockTimeoutMs = ENGINE_DEFAULTS.lockTimeoutMs, keyStore, masterKey } = options;
  const keys = await keyStoreOf({ log, keyStore, masterKey }, { ...surroundingsOf(options), lockTimeoutMs });
  try {
    return await sealed.unreadableWith(keys);
  } finally {
    // One of the caller's own is the caller's to close.
    if (keys !== keyStore) await keys.close();
  }
};

const telling =
  (subject: string, { signal, onProgress }: Onlooker) =>
  (done: number) => {
    signal?.throwIfAborted();
    onProgress?.({ work: 'copy', subject, unit: 'events', done, total: null });
  };

/** Notes which keys are needed, on the way. */
const notingSealed = (log: EventLog, sealed: SealedKeys): EventLog => ({
  ...log,
  async *readPages(bounds) {
    for await (const page of log.readPages(bounds)) {
      for (const { stream, body } of page) sealed.note(stream, body);
      yield page;
    }
  },
});

/**
 * Copies every event of a log into another, each the path of a SQLite file or a URL as `createEngine` takes it: byte for
 * byte and in order, so that notes over the first prove the second. One that was interrupted goes on when it is given
 * again. Throws `LogNotEmpty` when the other log holds anything else.
 */
export const copyLog = (from: string, to: string, options: CopyLogOptions = {}): Promise<LogCopy> =>
  withLogs(
    [
      [from, 'read'],
      [to, 'write'],
    ],
    options,
    async (source, target) => {
      const sealed = new SealedKeys();
      const copied = await copyEvents(notingSealed(source, sealed), target, telling(target.name, options));
      return { ...copied, sealedStreams: sealed.streams, unreadable: await unreadableIn(to, sealed, options) };
    },
  );

/** Compares two logs event by event, in order; where each stands in its own log does not count. */
export const checkLogs = (one: string, other: string, options: CopyLogOptions = {}): Promise<LogComparison> =>
  withLogs(
    [
      [one, 'read'],
      [other, 'read'],
    ],
    options,
    (left, right) => compareLogs(left, right, telling(right.name, options)),
  );
