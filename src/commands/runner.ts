import * as E from 'fp-ts/lib/Either.js';
import { validate as isUuid, v5 as uuid5 } from 'uuid';
import type { OpenIntent } from '../domain/aggregate.ts';
import type { InputOf } from '../domain/decision.ts';
import { type Rejection, rejections } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import type { StreamKind, StreamState, StreamStates } from '../domain/streams.ts';
import type { EventLog } from '../eventlog/port.ts';
import { Lines } from '../lines.ts';
import { newId } from '../new-id.ts';
import { Acceptor } from './accept.ts';
import type { Claim, Claimant, Standing } from './claims.ts';
import { type Author, commandDigest } from './envelope.ts';
import type { CommandContext, Given } from './given.ts';
import { Handover } from './handover.ts';
import type { AnyOperation } from './operation.ts';
import { parseInput } from './parse.ts';
import type { Performer } from './perform.ts';
import type { Services } from './services.ts';
import { eitherSignal, type Patience, waitingFor } from './waiting.ts';

export type Result<Kind extends StreamKind> = E.Either<
  Rejection,
  { readonly state: StreamStates[Kind]; readonly input: Record<string, Json> }
>;

export interface RunnerOptions {
  readonly actor: Actor;
  /** How long a command waits for another process's open intent. */
  readonly busy: Patience;
  /** How long an operation that this host may not execute is offered to those that may. */
  readonly offerTimeoutMs: number;
  /** Whether ids must be UUIDs. */
  readonly nonUuidIds: boolean;
}

export type IsGone = (open: OpenIntent) => Promise<boolean>;

/** An operation of an executor that was gone, and how it ended. */
export interface Recovered {
  readonly stream: string;
  readonly operation: OpenIntent;
  readonly outcome: E.Either<Rejection, StreamState>;
}

/**
 * Performs every operation. *Accept* (`accept.ts`) decides and makes the intent durable; *perform* (`perform.ts`) takes an open
 * intent to its outcome. There is no other way to reach a driver.
 */
export class Runner {
  readonly #services: Services;
  readonly #options: RunnerOptions;
  readonly #performer: Performer;
  readonly #acceptor: Acceptor;
  readonly #lines = new Lines();
  /** What goes to other hosts. */
  readonly handover: Handover;

  constructor(log: EventLog, services: Services, author: Author, performer: Performer, options: RunnerOptions) {
    this.#services = services;
    this.#performer = performer;
    this.#options = options;
    const { busy, offerTimeoutMs, actor } = options;
    this.handover = new Handover(log, services, performer, { busy, offerTimeoutMs, actor, now: () => author.now() });
    this.#acceptor = new Acceptor(log, services, author, performer, this.handover);
    performer.runChildrenWith((operation, input, given) => this.#run(operation, input, given));
    performer.recoverWith((kind, stream) => this.recover(kind, stream, (open) => services.executors.isGone(open)));
  }

  async execute<Op extends AnyOperation>(
    operation: Op,
    input: unknown,
    context: CommandContext = {},
  ): Promise<Result<Op['kind']>> {
    const commandId = context.commandId ?? newId();
    const completed = this.#completed(operation, input, commandId);
    if (E.isLeft(completed)) return completed;
    const parsed = parseInput(operation.command, completed.right);
    if (E.isLeft(parsed)) return parsed;
    if (needsReason(operation, parsed.right) && !context.reason?.trim())
      return E.left(withoutReason(operation.command.name));
    const state = await this.#run(operation, parsed.right, {
      actor: context.actor ?? this.#options.actor,
      command: operation.command.name,
      commandId,
      commandDigest: commandDigest(operation.command.name, parsed.right as Json),
      correlationId: context.correlationId ?? commandId,
      causationId: commandId,
      reason: context.reason,
      ancestors: [],
      held: [],
      beganMs: performance.now(),
      signal: context.signal,
    });
    return E.isLeft(state) ? state : E.right({ state: state.right, input: parsed.right as Record<string, Json> });
  }

  /** The input with the ids that the command makes, so that repeating it reaches the same stream. */
  #completed(operation: AnyOperation, input: unknown, commandId: string): E.Either<Rejection, unknown> {
    if (!isUuid(commandId)) return E.left(notUuid('command id', commandId));
    if (!operation.creates || typeof input !== 'object' || input === null) return E.right(input);
    const { id, ...rest } = input as { readonly id?: unknown };
    if (id === undefined || id === null) return E.right({ ...rest, id: uuid5(operation.command.name, commandId) });
    if (!this.#options.nonUuidIds && typeof id === 'string' && !isUuid(id)) return E.left(notUuid('id', id));
    return E.right(input);
  }

  async #run<Op extends AnyOperation>(
    operation: Op,
    input: InputOf<Op['command']>,
    given: Given,
  ): Promise<E.Either<Rejection, StreamStates[Op['kind']]>> {
    const stream: string = operation.stream(input);
    if (given.held.includes(stream)) return this.#runInLine(operation, input, given, stream);
    const work = () => this.#runInLine(operation, input, { ...given, held: [...given.held, stream] }, stream);
    return (await this.#lines.inLine(stream, work, given.signal)) ?? E.left(notBegun(stream, given));
  }

  async #runInLine<Op extends AnyOperation>(
    operation: Op,
    input: InputOf<Op['command']>,
    given: Given,
    stream: string,
  ): Promise<E.Either<Rejection, StreamStates[Op['kind']]>> {
    const waiting = waitingFor({
      ...this.#options.busy,
      signal: eitherSignal(this.#options.busy.signal, given.signal),
    });
    for (;;) {
      const acceptance = await this.#acceptor.accept(operation, input, given, stream);
      if (acceptance === 'stale') continue;
      if ('blocker' in acceptance) {
        if (await this.handover.isElsewhere(acceptance.blocker, operation.kind, stream, given))
          return this.handover.outcome(operation.kind, stream, given) as never;
        if (await this.#passed(operation.kind, stream, acceptance.blocker, given)) continue;
        if (await waiting()) continue;
        return E.left(busy(stream, acceptance.blocker));
      }
      if ('settled' in acceptance) return acceptance.settled;
      if ('offered' in acceptance) return this.handover.outcome(operation.kind, stream, given) as never;
      if ('resumed' in acceptance) {
        const refusal = await this.handover.refusal(operation.kind, stream, acceptance.resumed);
        if (refusal !== null) return E.left(refusal);
        const outcome = await this.#performer.resume(stream, acceptance.resumed, given);
        if (acceptance.resumed.command_id === given.commandId) return outcome;
        continue;
      }
      const { operation: accepted, intent, kept } = acceptance.accepted;
      return this.#performer.perform(accepted, stream, intent, kept, given);
    }
  }

  /**
   * Recovers the operations of a stream whose executors are gone: claims each, oldest first, and asks the driver. One
   * that another claims meanwhile, or whose programs cannot be ended, is left out.
   */
  async recover(
    kind: StreamKind,
    stream: string,
    isGone: IsGone,
    { actor = this.#options.actor, reason }: CommandContext = {},
  ): Promise<readonly Recovered[]> {
    const now = (await this.#services.read.kept(kind, stream))?.state.open ?? [];
    const gone = await Promise.all(now.map((open) => this.#performer.isAbandoned(open) || isGone(open)));
    // Whoever is at work, here or elsewhere, is not waited for.
    if (!gone.includes(true)) return [];
    return this.#lines.inLine(stream, async () => {
      const recovered: Recovered[] = [];
      const left = new Set<string>();
      for (;;) {
        const kept = await this.#services.read.kept(kind, stream);
        const open = kept?.state.open.find(({ command_id }) => !left.has(command_id));
        if (kept === null || open === undefined) return recovered;
        const beganMs = performance.now();
        const taken = await this.#taken({ kind, stream, kept, open }, isGone, { actor, reason });
        if (taken === 'stale') continue;
        left.add(open.command_id);
        if (taken !== 'claimed') continue;
        recovered.push({ stream, operation: open, outcome: await this.#performer.resume(stream, open, { beganMs }) });
      }
    });
  }

  /** Whether an open intent is this executor's to go on with, now or by a claim. */
  async #taken(standing: Standing, isGone: IsGone, by: Claimant): Promise<Claim | 'not gone'> {
    const { kept, open } = standing;
    if (this.#performer.isAbandoned(open)) return 'claimed';
    if (open.offered_until !== undefined || !(await isGone(open))) return 'not gone';
    if (!(await this.handover.mayExecute(kept.state, open))) return 'not gone';
    return this.#performer.claims.takeOver(standing, by);
  }

  /** Settles the operation in the way, if its executor is gone. Answers whether to look again. */
  async #passed(kind: StreamKind, stream: string, blocker: OpenIntent, given: Given): Promise<boolean> {
    const { executors, read } = this.#services;
    const kept = await read.kept(kind, stream);
    if (kept === null || !kept.state.open.some(({ event_id }) => event_id === blocker.event_id)) return true;
    if (this.handover.isOverdue(blocker)) {
      await this.handover.expire(kind, stream, blocker.command_id);
      return true;
    }
    const isGone: IsGone = (open) => executors.isGone(open);
    const { actor, reason } = given;
    const taken = await this.#taken({ kind, stream, kept, open: blocker }, isGone, { actor, reason });
    if (taken === 'claimed') await this.#performer.resume(stream, blocker, given);
    return taken === 'claimed' || taken === 'stale';
  }
}

const needsReason = ({ needsReason: needs = () => false }: AnyOperation, input: unknown): boolean =>
  needs === true || needs(input);

const withoutReason = (command: string): Rejection =>
  rejections.InvalidInput(
    `${command} needs a reason, for the record`,
    'give one: --reason, or `reason` in the context',
    {
      command,
    },
  );

const notUuid = (what: string, id: string): Rejection =>
  rejections.InvalidInput(
    `the ${what} ${JSON.stringify(id)} is not a UUID`,
    what === 'id' ? 'give a UUID, or open the engine with nonUuidIds' : 'give a UUID',
    { id },
  );

const notBegun = (stream: string, { command }: Given): Rejection =>
  rejections.ResourceBusy(`${command} was stopped before its turn on ${stream} came`, 'give the command again', {
    stream,
  });

const busy = (stream: string, holder: OpenIntent): Rejection =>
  rejections.ResourceBusy(
    `${stream} is held by ${holder.operation}, which ${holder.executor} started at ${holder.at}`,
    'try again when that operation has ended',
    { stream, operation: holder.operation, executor: holder.executor, command_id: holder.command_id },
  );
