import type { CommandContext } from '../commands/given.ts';
import { type Rejection, rejections } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { Logger } from '../logging.ts';

/** What every command must have, besides what it is about. */
export interface Policy {
  /** A command without a reason is refused. */
  readonly requireReason?: boolean;
  /** Who may give commands: users (`ada`), or users for a project (`ada@mail`). Everybody, unless given. */
  readonly actors?: readonly string[];
}

/**
 * Refuses what the policy does not allow. A refusal writes no event, or anybody could make the record grow; it is logged
 * and counted.
 */
export class Refusals {
  readonly #policy: Policy;
  readonly #actor: Actor;
  readonly #log: Logger;
  #count = 0;

  constructor(policy: Policy, actor: Actor, log: Logger) {
    this.#policy = policy;
    this.#actor = actor;
    this.#log = log;
  }

  /** How many commands were refused since the engine was opened. */
  get count(): number {
    return this.#count;
  }

  refuse(command: string, { actor = this.#actor, reason, commandId }: CommandContext = {}): Rejection | null {
    const rejection = this.#rejection(command, actor, reason);
    if (rejection === null) return null;
    this.#count += 1;
    const { code, message } = rejection;
    this.#log.warn({ operation: command, code, commandId: commandId ?? null, count: this.#count }, message);
    return rejection;
  }

  #rejection(command: string, actor: Actor, reason: string | undefined): Rejection | null {
    const { actors, requireReason = false } = this.#policy;
    const who = `${actor.user}@${actor.project}`;
    if (actors !== undefined && !actors.includes(actor.user) && !actors.includes(who)) {
      return rejections.RefusedByPolicy(
        `${who} may not give ${command} here`,
        `allowed are ${actors.join(', ') || 'none'}`,
        {
          actor: who,
          command,
        },
      );
    }
    if (!requireReason || (reason ?? '').trim() !== '') return null;
    return rejections.RefusedByPolicy(
      `${command} has no reason, and commands must have one here`,
      'say why: --reason, SCORIA_REASON, or `reason` in the context of the command',
      { command },
    );
  }
}
