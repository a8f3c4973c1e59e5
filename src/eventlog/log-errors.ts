import { type Rejected, type RejectionCode, rejections, ScoriaError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { WrongRevision } from './port.ts';

export type LogRejection = (typeof rejections)[Extract<RejectionCode, `Log${string}`>];

export const logError = (
  reject: LogRejection,
  message: string,
  remedy: string,
  details: Readonly<Record<string, Json>>,
  options?: ErrorOptions,
): ScoriaError =>
  new ScoriaError(
    (reject as (...of: Parameters<LogRejection>) => Rejected<'LogInvalid'>)(message, remedy, details),
    options,
  );

export const logClosed = (name: string): ScoriaError =>
  new ScoriaError(rejections.LogClosed(`the log ${name} is closed`, 'open it again before using it', { log: name }));

export const logNotEmpty = (name: string): ScoriaError =>
  new ScoriaError(
    rejections.LogNotEmpty(`the log ${name} already holds events`, 'load into a log that holds none', { log: name }),
  );

/** It takes connections, or did, and says nothing. */
export const logSilent = (name: string, cause?: unknown): ScoriaError =>
  logError(
    rejections.LogUnavailable,
    `the log ${name} does not answer in time`,
    'look whether its server runs and what keeps it, and whether the network lets answers through',
    { log: name },
    { cause },
  );

/** The other log holds something that is not the beginning of this one. */
export const otherHistory = (from: string, to: string, same: number): ScoriaError =>
  new ScoriaError(
    rejections.LogNotEmpty(
      `the log ${to} holds another history than ${from}: only its first ${same} events are the same`,
      'copy into a log that holds nothing, or the beginning of the same record',
      { log: to, same },
    ),
  );

export const eventAltered = (name: string, stream: string, revision: bigint): ScoriaError =>
  new ScoriaError(
    rejections.LogInvalid(
      `in the log ${name} the event ${stream}@${revision} does not have its hash: it was changed`,
      'see `scoria audit verify`; copy from a log that is whole',
      { log: name, stream, revision: String(revision) },
    ),
  );

export const wrongRevision = (name: string, { stream, expected, actual }: WrongRevision): ScoriaError =>
  new ScoriaError(
    rejections.WrongRevision(
      `in the log ${name} the stream ${stream} stands at revision ${actual}, not at ${expected}`,
      'give the events of each stream in order, without a gap',
      { log: name, stream, expected: String(expected), actual: String(actual) },
    ),
  );
