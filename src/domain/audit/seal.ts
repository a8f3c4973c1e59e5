import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { type AuditIdentity, AuditStarted, type AuditState, CheckpointSigned, type SealedCheckpoint } from './audit.ts';

/** Signs a checkpoint over all events of the log. When none is new but the checkpoints themselves, nothing is recorded. */
export const SealLog = command('SealLog', z.strictObject({}));

/** What was read of the log, and signed. */
export interface Sealing {
  readonly identity: AuditIdentity;
  /** `null` when there is nothing to seal. */
  readonly checkpoint: SealedCheckpoint | null;
}

export const decideSealLog = (
  state: AuditState,
  _input: InputOf<typeof SealLog>,
  { identity, checkpoint }: Sealing,
): Decision => {
  if (checkpoint === null) return nothingToDo;
  const signed = CheckpointSigned.of(checkpoint);
  return state.identity === null ? record(AuditStarted.of(identity), signed) : record(signed);
};
