import { rejections, ScoriaError } from '../domain/errors.ts';
import { type EventStoreAddress, parseAddress } from '../eventlog/eventstoredb/address.ts';
import { openEventStoreLog } from '../eventlog/eventstoredb/eventstoredb.ts';
import type { Login } from '../eventlog/eventstoredb/login.ts';
import type { EventLog } from '../eventlog/port.ts';
import { type Revealing, revealing } from '../secrets/reveal.ts';
import { invalidLogUrl, passwordReference } from './log-credential.ts';
import type { LogSurroundings } from './open-log.ts';

/** Opens the EventStoreDB log of a URL. Throws `InvalidInput`, which shows nothing that may be a credential. */
export const openEventStoreAt = async (url: URL, surroundings: LogSurroundings, log: string): Promise<EventLog> => {
  const { ifMissing, lockTimeoutMs: openTimeoutMs, outageMs: patienceMs } = surroundings;
  const address = parseAddress(log);
  const login = await loginOf(url, address, surroundings);
  return openEventStoreLog({
    address,
    ifMissing,
    openTimeoutMs,
    ...(login === null ? {} : { login }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
};

const loginOf = async (url: URL, { name, tls }: EventStoreAddress, revealed: Revealing): Promise<Login | null> => {
  const user = decodeURIComponent(url.username);
  const reference = passwordReference(url);
  if (user === '' && reference === null) return null;
  if (user === '' || reference === null) {
    throw invalidLogUrl(
      'the URL of the log gives only one of user and password',
      'give both, as in esdb://scoria@host:2113?password=env:NAME, or none',
    );
  }
  if (!tls) {
    throw invalidLogUrl(
      'the URL of the log names a user for a server without TLS, which asks nobody who they are',
      'leave out tls=false, or the user and the password',
    );
  }
  const missing = (problem: string, remedy: string) =>
    new ScoriaError(rejections.LogAccessDenied(`the password of the log ${name}: ${problem}`, remedy, { log: name }));
  const password = await revealing(reference, revealed, missing)();
  return { user, password: () => password };
};
