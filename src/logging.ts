import { type LoggerOptions, pino } from 'pino';

/** What Scoria's parts log with. A message is a constant sentence; what varies goes into allow-listed fields. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** The only fields that reach a log line; none can hold a credential or a connection's info. */
export const LOG_FIELDS = [
  'operation',
  'stream',
  'revision',
  'position',
  'commandId',
  'backend',
  'driver',
  'volumeId',
  'snapshotId',
  'connectionId',
  'code',
  'attempt',
  'durationMs',
  'program',
  'exitCode',
  'signal',
  'projection',
  'count',
  'bytes',
  'path',
] as const;

export type LogFields = { readonly [Field in (typeof LOG_FIELDS)[number]]?: string | number | bigint | boolean | null };

const allowed = new Set<string>(LOG_FIELDS);

const allowedOnly = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      allowed.has(key) && (value === null || typeof value !== 'object')
        ? [[key, typeof value === 'bigint' ? String(value) : value]]
        : [],
    ),
  );

/** JSON lines on standard error, of `level` and above. It is one logger among others: nobody else's is touched. */
export const createLogger = (options: Pick<LoggerOptions, 'level'> = {}): Logger => {
  const standardError = pino.destination({ dest: 2, sync: true });
  // A full disk under it shall not end what the lines are about.
  standardError.on('error', () => {});
  return pino({ name: 'scoria', level: options.level ?? 'warn', formatters: { log: allowedOnly } }, standardError);
};

/** Logs nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
