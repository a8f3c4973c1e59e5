import * as E from 'fp-ts/lib/Either.js';
import type { OpenIntent } from '../domain/aggregate.ts';
import { BackendOperationClaimed } from '../domain/backend/aggregate.ts';
import type { Rejection } from '../domain/errors.ts';
import type { Actor, NewEvent, RecordedEvent } from '../domain/event.ts';
import { decode, type StreamKind } from '../domain/streams.ts';
import { VolumeOperationClaimed } from '../domain/volume/claim.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { KeptState } from '../projections/inventory.ts';
import { failureOf } from './ending.ts';
import { type Author, type CommandMeta, commandDigest, seal } from './envelope.ts';
import type { Executors } from './executors.ts';
import { type Given, metaOf } from './given.ts';
import type { EffectfulOperation } from './operation.ts';
import { unknownOf } from './settlements.ts';

/** An open intent, where it stands. */
export interface Standing {
  readonly kind: StreamKind;
  readonly stream: string;
  readonly kept: KeptState;
  readonly open: OpenIntent;
}

/** Who goes on with an operation; why, unless the command's own reason says it. */
export type Claimant = Pick<Given, 'actor' | 'reason'>;

/** `stale` when the stream was moved meanwhile, perhaps by another who claims it too. */
export type Claim = 'claimed' | 'stale' | 'still at work';

/** What it is that stands open, where the log does not hold what was asked for. */
export const FOREIGN = 'it was asked for in another log';

/**
 * Decides who goes on with an open intent, or that nobody does: at the revision that was seen, so that of several who
 * try at once one succeeds.
 */
export class Claims {
  readonly #log: EventLog;
  readonly #executors: Executors;
  readonly #author: Author & { readonly actor: Actor };

  constructor(log: EventLog, executors: Executors, author: Author & { readonly actor: Actor }) {
    this.#log = log;
    this.#executors = executors;
    this.#author = author;
  }

  /** `null` for what was loaded with a dump, which holds what stood open and not the events. */
  async intentOf(stream: string, { revision, event_id }: OpenIntent): Promise<RecordedEvent | null> {
    const at = BigInt(revision);
    for await (const stored of this.#log.readStream(stream, { from: at, to: at })) {
      if (stored.id === event_id) return decode(stored);
    }
    return null;
  }

  /**
   * Makes an intent of an executor that is gone this one's own. Before, it ends what that one's commands still run:
   * nothing can be asked about an effect that is under way. One that was asked for in another log becomes a question.
   */
  async takeOver(standing: Standing, by: Claimant): Promise<Claim> {
    const { stream, open } = standing;
    if (!(await this.#executors.endCommandsOf(open.executor, open.command_id))) return 'still at work';
    const intent = await this.intentOf(stream, open);
    const isOurs = intent === null ? await this.#ask(standing, by) : await this.takeUp(standing, intent, by);
    return isOurs ? 'claimed' : 'stale';
  }

  /** Makes an intent this executor's own that nobody works on. Answers whether it is. */
  async takeUp({ kind, stream, kept, open }: Standing, intent: RecordedEvent, by: Claimant): Promise<boolean> {
    const claimed = kind === 'backend' ? BackendOperationClaimed : VolumeOperationClaimed;
    const event = claimed.of({ intent_id: open.event_id, from_executor: open.executor });
    const { actor, reason = intent.meta.reason } = by;
    return this.#append(stream, kept, event, { ...metaOf(intent.meta), actor, reason }, open);
  }

  /** Ends an offer as failed: nothing was called. Whoever claimed it meanwhile goes on with it. */
  async withdraw(standing: Standing, { effect }: EffectfulOperation, why: Rejection): Promise<void> {
    const { stream, kept, open } = standing;
    const intent = await this.intentOf(stream, open);
    if (intent === null) await this.#ask(standing, { actor: this.#author.actor });
    else {
      const failed = effect.failed(intent.data, failureOf(why));
      await this.#append(stream, kept, failed, metaOf(intent.meta), open);
    }
  }

  /** Leaves what was asked for in another log as a question: how it went on there nobody knows here. */
  #ask({ kind, stream, kept, open }: Standing, by: Claimant): Promise<boolean> {
    const { operation, command_id, correlation_id } = open;
    const given = {
      command: operation,
      commandId: command_id,
      // Nothing tells its content.
      commandDigest: commandDigest(operation, null),
      correlationId: correlation_id,
      ...by,
    };
    return this.#append(stream, kept, unknownOf(kind).of({ question: FOREIGN }), given, open);
  }

  async #append(
    stream: string,
    head: KeptState,
    event: NewEvent<string, unknown>,
    given: CommandMeta,
    { event_id }: OpenIntent,
  ): Promise<boolean> {
    return E.isRight(
      await this.#log.append(seal(stream, head, [event], { ...given, causationId: event_id }, this.#author)),
    );
  }
}
