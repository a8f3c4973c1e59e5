import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { Text } from '../json.ts';
import { AuditKeyRotated, type AuditState } from './audit.ts';

/** Lets another key sign the log's checkpoints from now on. The key that it has already changes nothing. */
export const RotateAuditKey = command('RotateAuditKey', z.strictObject({ key_file: Text.min(1) }));

export interface Rotation {
  readonly key: string;
  readonly statement: string;
}

export const decideRotateAuditKey = (
  state: AuditState,
  _input: InputOf<typeof RotateAuditKey>,
  { key, statement }: Rotation,
): Decision => (state.identity?.key === key ? nothingToDo : record(AuditKeyRotated.of({ key, statement })));
