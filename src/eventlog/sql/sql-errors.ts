import { rejections, ScoriaError } from '../../domain/errors.ts';
import { type LogRejection, logError } from '../log-errors.ts';
import type { Fault } from './server.ts';

const MIGRATE = 'run `scoria log migrate --log URL` as a role that may create tables';

/** Of a client's error its text alone: some carry the statement and what was to be stored. */
const textOf = (cause: unknown): string =>
  cause instanceof AggregateError
    ? cause.errors.map(textOf).join('; ')
    : cause instanceof Error
      ? cause.message
      : String(cause);

const because = (reject: LogRejection, message: string, remedy: string, log: string, cause?: unknown): ScoriaError =>
  logError(reject, message, remedy, { log, ...(cause === undefined ? {} : { cause: textOf(cause) }) });

/** Each in the log's words: `log` is its name, `cause` what the client reported. */
export type Explain = (log: string, cause: unknown) => ScoriaError;

const explanation =
  (reject: LogRejection, fault: string, remedy: string): Explain =>
  (log, cause) =>
    because(reject, `the log ${log} ${fault} (${textOf(cause)})`, remedy, log, cause);

export const unreachable = explanation(
  rejections.LogUnavailable,
  'cannot be reached',
  'look whether the server runs and takes connections there, then repeat the command',
);
export const untrusted = explanation(
  rejections.LogUnavailable,
  'shows no certificate that is trusted here',
  'name its authority (sslrootcert=FILE, ssl-ca=FILE), or ask for less in the URL if the network is trusted',
);
export const unencrypted = explanation(
  rejections.LogUnavailable,
  'takes no encrypted connections',
  'set up TLS on the server, or turn it off in the URL (sslmode=disable, ssl-mode=DISABLED) if the network is trusted',
);
export const tooManyConnections = explanation(
  rejections.LogUnavailable,
  'takes no more connections',
  'end some of them, or raise max_connections or the limit of the role',
);
export const locked = explanation(
  rejections.LogUnavailable,
  'is locked: another process appends, or holds a transaction open, for longer than lock_timeout',
  'try again when that process has ended its transaction, or end it',
);
export const inTheWay = explanation(
  rejections.LogUnavailable,
  'gave another transaction the way again and again',
  'repeat the command',
);
export const accessDenied = explanation(
  rejections.LogAccessDenied,
  'refuses this role',
  'look at the user and its credential, and give the role what the how-to page says it needs',
);
export const readOnly = explanation(
  rejections.LogReadOnly,
  'can only be read: the server is a replica, or is set to be read only',
  'give the URL of the primary server',
);
export const full = explanation(
  rejections.LogFull,
  'has no room left; nothing was written',
  "make room on the server's disk and repeat the command",
);
export const noDatabase = explanation(
  rejections.LogNotFound,
  'names a database that is not there',
  'create the database, then run `scoria log migrate`',
);
export const noSchema = explanation(rejections.LogNotMigrated, 'has no tables of Scoria yet', MIGRATE);
export const mayNotTrigger = explanation(
  rejections.LogAccessDenied,
  'lets this role create no triggers while there is a binary log',
  'migrate as a role with SUPER, or set log_bin_trust_function_creators = 1 meanwhile',
);

export const passing = (error: ScoriaError): Fault => ({ passing: true, error });
export const lasting = (error: unknown): Fault => ({ passing: false, error });

export const notMigrated = (log: string, found: number, known: number): ScoriaError =>
  logError(
    rejections.LogNotMigrated,
    found === 0
      ? `the log ${log} has no tables of Scoria yet`
      : `the log ${log} has schema version ${found}, this Scoria needs ${known}`,
    MIGRATE,
    { log, schema_version: found },
  );

export const newer = (log: string, found: number, known: number): ScoriaError =>
  because(
    rejections.LogNewer,
    `the log ${log} has schema version ${found}, this Scoria knows ${known}`,
    'use the Scoria that wrote it or a later one',
    log,
  );

/** `settings` is what stands, `wanted` what would be right. */
export const notDurable = (log: string, settings: string, wanted: string): ScoriaError =>
  because(
    rejections.LogNotDurable,
    `the log ${log} would acknowledge events that a power cut takes: ${settings}`,
    `set ${wanted}`,
    log,
  );

/** The answer to an append was lost, and the server did not come back to be asked. */
export const inDoubt = (log: string, { rejection }: ScoriaError): ScoriaError =>
  because(
    rejections.LogUnavailable,
    `${rejection.message}; whether the last append was stored is not known`,
    'repeat the command with the same command id when the server is back',
    log,
  );

export const nameTooLong = (bytes: number, most: number): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(`a stream's name has ${bytes} bytes`, `use names and keys of at most ${most} bytes`),
  );

export const eventTooBig = (most: number): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(
      `an event is bigger than what the log's server takes, ${most} bytes; it was not written`,
      "raise the server's max_allowed_packet",
    ),
  );

export const addressUnproven = (log: string): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(
      `the server of the log ${log} is named by its address, which its certificate cannot be compared with`,
      "give the server's name, or ssl-mode=VERIFY_CA, or ssl-mode=DISABLED on a network that is trusted",
    ),
  );
