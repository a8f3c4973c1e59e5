import type { RejectionCode } from '../../domain/errors.ts';
import type { CommandInput, CommandName } from '../../library/commander.ts';
import type { Refusals, Storage } from './storage.ts';

/** How the one driver call of a command ends. */
export type Ending = 'done' | 'failed' | 'unknown';

/**
 * What a command is to the model: whether it may begin (or has nothing to do), what is seen while it is under way, and
 * what it leaves. `end` may answer otherwise than its ending says: why it failed all the same, or `[]` that it did not.
 */
export interface Rule<Input> {
  judge(storage: Storage, input: Input): Refusals | 'nothing to do';
  begin?(storage: Storage, input: Input): void;
  /** What is seen on the way to the end, step by step. Refusals end the command as failed, with one of them. */
  readonly between?: readonly ((storage: Storage, input: Input, ending: Ending) => Refusals | undefined)[];
  end?(storage: Storage, input: Input, ending: Ending): Refusals | undefined;
  /** The code of a failure. */
  readonly failure?: RejectionCode;
  /** Changes what is on the array, which a frozen backend refuses. */
  readonly changesArray?: true;
}

export type Rules<Names extends CommandName> = { readonly [Name in Names]: Rule<CommandInput<Name>> };
