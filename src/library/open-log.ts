import type { EventLog } from '../eventlog/port.ts';
import type { Revealing } from '../secrets/reveal.ts';
import { invalidLogUrl, parseLogUrl } from './log-credential.ts';

/** What a log on a server needs besides its URL. */
export interface LogSurroundings extends Revealing {
  readonly ifMissing: 'create' | 'refuse';
  readonly lockTimeoutMs: number;
}

/** A kind of log that URLs name. Its client is loaded when such a URL is opened. */
interface LogKind {
  /** `log` is the URL as it was given: one that names several hosts is no URL of the standard. */
  open(url: URL, surroundings: LogSurroundings, log: string): Promise<EventLog>;
}

const eventStore: LogKind = {
  async open(url, surroundings, log) {
    const { openEventStoreAt } = await import('./event-store-place.ts');
    return openEventStoreAt(url, surroundings, log);
  },
};

const KINDS: Readonly<Record<string, LogKind>> = {
  'esdb:': eventStore,
  'esdb+discover:': eventStore,
  'kurrentdb:': eventStore,
  'kurrentdb+discover:': eventStore,
};

const kindOf = ({ protocol }: URL): LogKind => {
  const kind = KINDS[protocol];
  if (kind !== undefined) return kind;
  const schemes = Object.keys(KINDS).map((known) => `${known}//`);
  throw invalidLogUrl(
    `no kind of log has URLs that begin with ${protocol}//`,
    `give one of ${schemes.join(', ')}, or the path of a file`,
  );
};

/** Opens the log that a URL names. */
export const openLogAt = async (log: string, surroundings: LogSurroundings): Promise<EventLog> => {
  const url = parseLogUrl(log);
  return kindOf(url).open(url, surroundings, log);
};
