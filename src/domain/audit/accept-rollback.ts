import { z } from 'zod';
import { command, type Decision, type InputOf, record } from '../decision.ts';
import { type AuditIdentity, AuditStarted, type AuditState, RollbackAccepted } from './audit.ts';

/** Accepts that the log does not hold what a checkpoint outside covers: it goes on under a new origin. */
export const AcceptRollback = command('AcceptRollback', z.strictObject({}));

export interface Acceptance {
  /** What the log is until now; made now where it was nothing yet. */
  readonly before: AuditIdentity;
  readonly after: AuditIdentity;
  /** The note of the checkpoint that the log does not hold. */
  readonly abandoned: string;
  readonly abandoned_origin: string;
  readonly statement: string;
}

export const decideAcceptRollback = (
  state: AuditState,
  _input: InputOf<typeof AcceptRollback>,
  { before, after, abandoned, abandoned_origin, statement }: Acceptance,
): Decision => {
  const accepted = RollbackAccepted.of({ ...after, abandoned, abandoned_origin, statement });
  return state.identity === null ? record(AuditStarted.of(before), accepted) : record(accepted);
};
