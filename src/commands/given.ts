import { z } from 'zod';
import type { Rejection } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import { Text } from '../domain/json.ts';
import type { CommandMeta } from './envelope.ts';
import { invalidInput } from './parse.ts';

/** Who gives a command, why, and under which id. */
export interface CommandContext {
  /** A UUID, made unless given. The same id with the same content happens once. */
  readonly commandId?: string | undefined;
  /** Who gives it: the engine's `user` and `project` unless given. */
  readonly actor?: Actor | undefined;
  /** Why, for the record. */
  readonly reason?: string | undefined;
  /** The id of the chain of operations that it belongs to: its own command id unless given. */
  readonly correlationId?: string | undefined;
  /**
   * Aborted when the caller wants no more of it. What waits for its turn is not begun (`ResourceBusy`); a driver call that
   * is under way ends early where it can, or is given up with an unknown end.
   */
  readonly signal?: AbortSignal | undefined;
}

const ContextSchema = z.strictObject({
  commandId: Text.optional(),
  actor: z.strictObject({ user: Text, project: Text }).optional(),
  reason: Text.optional(),
  correlationId: Text.optional(),
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).optional(),
}) satisfies z.ZodType<CommandContext>;

/** What is wrong with a context that comes from outside; `null` when nothing is. */
export const contextProblem = (context: CommandContext): Rejection | null => {
  const { error } = ContextSchema.safeParse(context);
  return error === undefined ? null : invalidInput('the context', error, Object.keys(ContextSchema.shape));
};

/** A command in the runner's hands: with its id, and its place under a parent. */
export interface Given extends CommandMeta {
  readonly causationId: string;
  /** Command ids of the parents, whose open intents let this command pass. */
  readonly ancestors: readonly string[];
  /** Streams whose line a parent stands at the head of. */
  readonly held: readonly string[];
  /** When nothing of it was recorded yet by this process: milliseconds of its own clock. */
  readonly beganMs: number;
  readonly signal?: AbortSignal | undefined;
}
