import type { Actor } from '../domain/event.ts';
import type { CommandMeta } from './envelope.ts';

/** Who gives a command, why, and under which id. */
export interface CommandContext {
  /** A UUID. The same id with the same content happens once. */
  readonly commandId?: string | undefined;
  readonly actor?: Actor | undefined;
  readonly reason?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** A command in the runner's hands: with its id, and its place under a parent. */
export interface Given extends CommandMeta {
  readonly causationId: string;
  /** Command ids of the parents, whose open intents let this command pass. */
  readonly ancestors: readonly string[];
  /** Streams whose line a parent stands at the head of. */
  readonly held: readonly string[];
}
