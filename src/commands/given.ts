import type { Actor } from '../domain/event.ts';
import type { CommandMeta } from './envelope.ts';

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

/** A command in the runner's hands: with its id, and its place under a parent. */
export interface Given extends CommandMeta {
  readonly causationId: string;
  /** Command ids of the parents, whose open intents let this command pass. */
  readonly ancestors: readonly string[];
  /** Streams whose line a parent stands at the head of. */
  readonly held: readonly string[];
  readonly signal?: AbortSignal | undefined;
}
