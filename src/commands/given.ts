import { v5 as uuid5 } from 'uuid';
import { z } from 'zod';
import type { InputOf } from '../domain/decision.ts';
import type { Rejection } from '../domain/errors.ts';
import type { Actor, RecordedEvent } from '../domain/event.ts';
import { type Json, Text } from '../domain/json.ts';
import { type CommandMeta, commandDigest } from './envelope.ts';
import type { AnyOperation } from './operation.ts';
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
  /** Whether it goes on with a question, which whoever repeats the command may. Else with what stands open and is this executor's. */
  readonly asksAgain?: boolean;
}

/** What of a command is not its intent's: since when this executor goes on with it, how, and what ends that early. */
export type Resumption = Pick<Given, 'beganMs' | 'signal' | 'recovered' | 'asksAgain'>;

/** What its events hold of it. */
export const metaOf = ({ actor, command, commandId, commandDigest: digest, correlationId, reason }: CommandMeta) => ({
  actor,
  command,
  commandId,
  commandDigest: digest,
  correlationId,
  reason,
});

/** A command again, from its intent. */
export const givenBy = ({ meta, stream }: RecordedEvent, resumption: Resumption): Given => ({
  ...metaOf(meta),
  causationId: meta.causationId,
  ancestors: [],
  held: [stream],
  ...resumption,
});

/** A step of a command, under an id made from the parent's and the step's name. */
export const childOf = <Child extends AnyOperation>(
  parent: Given,
  intent: RecordedEvent,
  step: string,
  child: Child,
  input: InputOf<Child['command']>,
): Given => ({
  ...metaOf(parent),
  command: child.command.name,
  commandId: uuid5(step, parent.commandId),
  commandDigest: commandDigest(child.command.name, input as Json),
  causationId: intent.id,
  ancestors: [...parent.ancestors, parent.commandId],
  held: parent.held,
  beganMs: parent.beganMs,
  signal: parent.signal,
});
