import { ConnectorFailure } from '../connectors/contract.ts';
import { type Rejection, type RejectionCode, rejections, ScoriaError } from '../domain/errors.ts';
import type { Failure } from '../domain/volume/volume.ts';
import { type DriverFailure, isDriverFailure } from '../drivers/contract.ts';
import { Refused } from './operation.ts';

/** How an effect ended. */
export type Ending<Answer> =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | Unknown;

export interface Unknown {
  readonly kind: 'unknown';
  readonly question: string;
  /** The end of a call that was slower than its timeout, and that may still come to its effect. */
  readonly pending?: Promise<Ending<unknown>>;
}

export const failureOf = ({ code, message, remedy }: Rejection): Failure => ({ code, message, remedy });

/** The rejection that a recorded failure stands for: a repeated command is refused as it was the first time. */
export const rejectionOf = ({ code, message, remedy }: Failure): Rejection => {
  const known = Object.hasOwn(rejections, code) ? (code as RejectionCode) : 'DriverFailed';
  return rejections[known](message, remedy);
};

const isOfLog = (error: unknown): boolean => error instanceof ScoriaError && error.kind === 'log';

/** An effect's error, as far as it says how the effect ended. A log that fails says nothing: it is passed on. */
export const endingOf = (error: unknown): Ending<never> => {
  if (isOfLog(error)) throw error;
  if (isDriverFailure(error)) return failed('DriverFailed', error);
  if (error instanceof ConnectorFailure) return failed('ConnectorFailed', error);
  if (error instanceof Refused && error.rejection.kind !== 'unknown') {
    return { kind: 'failed', failure: failureOf(error.rejection) };
  }
  if (error instanceof ScoriaError && error.kind !== 'unknown') {
    return { kind: 'failed', failure: failureOf(error.rejection) };
  }
  return { kind: 'unknown', question: error instanceof Error ? error.message : String(error) };
};

/** Whether a child ended neither way. */
export const isUnknown = (error: unknown): boolean => endingOf(error).kind === 'unknown';

/**
 * What came to its effect, and could not do what belongs to it afterwards, has not failed: it stays open, and does that
 * when it is resumed. A log that fails is passed on, as always.
 */
export const leftToDo = (what: string, error: unknown): unknown =>
  isOfLog(error) ? error : new Error(`${what}: ${(error as Error).message}`, { cause: error });

const failed = (code: RejectionCode, { message, remedy }: DriverFailure | ConnectorFailure): Ending<never> => ({
  kind: 'failed',
  failure: { code, message, remedy },
});

export const outcomeUnknown = (operation: string, question: string, commandId: string): Rejection =>
  rejections.OutcomeUnknown(
    `it is not known whether ${operation} took effect: ${question}`,
    'repeat the command with the same command id when the storage answers again',
    { operation, command_id: commandId },
  );

/** The log failed after the effect: that it has begun is recorded, how it ended is not. */
export const endNotRecorded = (
  error: unknown,
  { command, commandId }: { readonly command: string; readonly commandId: string },
): unknown => {
  if (!(error instanceof ScoriaError)) return error;
  const { rejection } = error;
  const message = `${rejection.message}; ${command} has begun, and how it ended stands open`;
  const remedy = `${rejection.remedy}; then the same command id, the next command on it, or \`scoria recover\` settles it`;
  const details = { ...rejection.details, command_id: commandId };
  return new ScoriaError({ ...rejection, message, remedy, details }, { cause: error });
};

export const notHappened = (question: string): Rejection =>
  rejections.DriverFailed(`${question}, and the operation did not take effect`, 'give the command again');
