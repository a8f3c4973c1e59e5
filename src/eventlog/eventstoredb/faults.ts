import {
  AccessDeniedError,
  isCommandError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { logError } from '../log-errors.ts';

/** gRPC's codes: https://grpc.io/docs/guides/status-codes/ */
const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const ABORTED = 10;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** The server was not there, is no leader, or took too long: the same may be asked again. */
const PASSING = [CANCELLED, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE];
/** What the client and the server say in these cases without a code that says so. */
const PASSING_WORDS = /shut down|failed to discover|no leader info|write after end/i;

/** The code, whatever the class: some of the client's errors are plain ones. */
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

export const isPassing = (error: unknown): boolean => {
  if (error instanceof NotLeaderError) return true;
  if (!(error instanceof Error) || error instanceof ScoriaError) return false;
  return PASSING.includes(codeOf(error) as number) || PASSING_WORDS.test(error.message);
};

/** The server refuses to read from a place between two records. */
export const isNoPosition = (error: unknown): boolean =>
  error instanceof ScoriaError && codeOf(error.cause) === UNKNOWN;

export const logUnreachable = (name: string, timeoutMs: number, cause: unknown): ScoriaError =>
  logError(
    rejections.LogUnavailable,
    `the log ${name} did not answer for ${Math.round(timeoutMs / 1000)} s`,
    'start its server or look at the way there, then repeat the command with the same command id: what was under way may have been recorded',
    { log: name },
    { cause },
  );

export const logTruncated = (name: string, stream: string, problem: string, remedy: string): ScoriaError =>
  logError(rejections.LogTruncated, `in the log ${name} the stream ${stream} ${problem}`, remedy, {
    log: name,
    stream,
  });

const RESTORE = 'restore the log from an export that verifies, under another prefix';

export const streamGone = (name: string, stream: string): ScoriaError =>
  logTruncated(name, stream, 'was deleted', RESTORE);

export const eventsGone = (name: string, stream: string, revision: bigint): ScoriaError =>
  logTruncated(
    name,
    stream,
    `lacks its events from revision ${revision} on`,
    `take $maxCount, $maxAge and $tb off its metadata; if they stay away, ${RESTORE}`,
  );

export const appendTooLarge = (name: string, stream: string, cause?: unknown): ScoriaError =>
  logError(
    rejections.LogAppendTooLarge,
    `the log ${name} takes no append to ${stream} of that size; nothing was written`,
    'set MaxAppendSize of the server to 1 MiB (its default) or more, or do less in one command',
    { log: name, stream },
    cause === undefined ? undefined : { cause },
  );

/** What the client reported, in the log's words; what is an answer and no fault stays as it is. */
export const explain = (error: unknown, name: string, stream: string): unknown => {
  if (!(error instanceof Error) || error instanceof ScoriaError) return error;
  if (error instanceof StreamNotFoundError || error instanceof WrongExpectedVersionError) return error;
  const code = codeOf(error);
  if (error instanceof StreamDeletedError) return streamGone(name, stream);
  if (error instanceof MaxAppendSizeExceededError || code === RESOURCE_EXHAUSTED)
    return appendTooLarge(name, stream, error);
  if (error instanceof AccessDeniedError || code === PERMISSION_DENIED || code === UNAUTHENTICATED) {
    return logError(
      rejections.LogAccessDenied,
      `the log ${name} refuses its user to use ${stream}`,
      'give the right user and password, and the user the rights to read $all and to read and write these streams',
      { log: name, stream },
      { cause: error },
    );
  }
  if (!isCommandError(error) && typeof code !== 'number') return error;
  return logError(
    rejections.LogUnavailable,
    `the log ${name} could not carry out what it was asked: ${error.message}`,
    "look at the server's own log",
    { log: name, stream },
    { cause: error },
  );
};
