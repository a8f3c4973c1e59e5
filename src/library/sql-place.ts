import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { rejections, ScoriaError } from '../domain/errors.ts';
import type { SqlPlace, SqlTls } from '../eventlog/sql/server.ts';
import { didYouMean } from '../nearest.ts';
import { revealing } from '../secrets/reveal.ts';
import { invalidLogUrl, passwordReference } from './log-credential.ts';
import type { ServerSurroundings } from './open-log.ts';

type Verify = SqlTls['verify'] | 'off';

/** How the URLs of a kind of server are written: as its own client programs name things. */
export interface SqlUrlWords {
  readonly scheme: string;
  readonly port: number;
  /** The parameter that names a Unix socket, or its directory. */
  readonly socket: string;
  readonly mode: string;
  readonly modes: Readonly<Record<string, Verify>>;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Where the client itself looks for a password. */
  readonly variable: string;
}

export const POSTGRESQL_WORDS: SqlUrlWords = {
  scheme: 'postgres',
  port: 5432,
  socket: 'host',
  mode: 'sslmode',
  modes: { disable: 'off', require: 'nothing', 'verify-ca': 'authority', 'verify-full': 'identity' },
  ca: 'sslrootcert',
  cert: 'sslcert',
  key: 'sslkey',
  variable: 'PGPASSWORD',
};

export const MYSQL_WORDS: SqlUrlWords = {
  scheme: 'mysql',
  port: 3306,
  socket: 'socket',
  mode: 'ssl-mode',
  modes: { DISABLED: 'off', REQUIRED: 'nothing', VERIFY_CA: 'authority', VERIFY_IDENTITY: 'identity' },
  ca: 'ssl-ca',
  cert: 'ssl-cert',
  key: 'ssl-key',
  variable: 'MYSQL_PWD',
};

const assertKnown = (url: URL, words: SqlUrlWords): void => {
  const known = ['password', words.socket, words.mode, words.ca, words.cert, words.key];
  for (const name of url.searchParams.keys())
    if (!known.includes(name))
      throw invalidLogUrl(
        `the URL of the log has the parameter "${name}", which does not exist`,
        didYouMean(name, known, 'the parameters are'),
      );
};

const databaseOf = (url: URL, { scheme }: SqlUrlWords): string => {
  const [, database] = /^\/([^/]+)$/.exec(url.pathname) ?? [];
  if (database !== undefined) return decodeURIComponent(database);
  throw invalidLogUrl('the URL of the log names no database', `give ${scheme}://user@host:port/database`);
};

const isThisHost = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

const pemOf = (url: URL, parameter: string): string | undefined => {
  const file = url.searchParams.get(parameter);
  if (file === null) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalidLogUrl(`the file ${file} (${parameter} of the log) cannot be read (${code})`, 'give a PEM file');
  }
};

/** Whoever goes over a network without saying how, goes encrypted to a server that proves its name. */
const tlsOf = (url: URL, words: SqlUrlWords, local: boolean): SqlTls | null => {
  const mode = url.searchParams.get(words.mode);
  const verify = mode === null ? (local ? 'off' : 'identity') : words.modes[mode];
  if (verify === undefined)
    throw invalidLogUrl(
      `the URL of the log has an unknown ${words.mode}`,
      `give one of ${Object.keys(words.modes).join(', ')}`,
    );
  if (verify === 'off') return null;
  const pem = { ca: pemOf(url, words.ca), cert: pemOf(url, words.cert), key: pemOf(url, words.key) };
  const given = Object.entries(pem).filter(([, text]) => text !== undefined);
  return { verify, ...(Object.fromEntries(given) as Omit<SqlTls, 'verify'>) };
};

/** Where the log of a URL is. Throws `InvalidInput`, which shows nothing that may be a credential. */
export const sqlPlace = (url: URL, words: SqlUrlWords, surroundings: ServerSurroundings): SqlPlace => {
  const reference = passwordReference(url);
  assertKnown(url, words);
  surroundings.known.withhold(words.variable);
  const database = databaseOf(url, words);
  const socket = url.searchParams.get(words.socket);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const port = url.port === '' ? words.port : Number(url.port);
  const name = `${words.scheme}://${socket === null ? `${url.hostname || host}:${port}` : ''}/${database}`;
  const missing = (problem: string, remedy: string) =>
    new ScoriaError(rejections.LogAccessDenied(`the password of the log ${name}: ${problem}`, remedy, { log: name }));
  return {
    name,
    host,
    port,
    socket,
    user: decodeURIComponent(url.username) || userInfo().username,
    database,
    password: reference === null ? null : revealing(reference, surroundings, missing),
    tls: tlsOf(url, words, socket !== null || isThisHost(host)),
    lockTimeoutMs: surroundings.lockTimeoutMs,
  };
};
