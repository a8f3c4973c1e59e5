import * as E from 'fp-ts/lib/Either.js';
import type { OpenIntent } from '../domain/aggregate.ts';
import { BackendOperationOffered } from '../domain/backend/aggregate.ts';
import { type Backend, backendStream } from '../domain/backend/backend.ts';
import { type HostNames, mayExecute, notTakenUp } from '../domain/backend/hosts.ts';
import { type Rejection, rejections } from '../domain/errors.ts';
import type { NewEvent } from '../domain/event.ts';
import type { StreamKind, StreamState } from '../domain/streams.ts';
import { VolumeOperationOffered } from '../domain/volume/claim.ts';
import type { EventLog } from '../eventlog/port.ts';
import { outcomeUnknown } from './ending.ts';
import { firstOutcome } from './first-outcome.ts';
import type { Given } from './given.ts';
import type { Performer } from './perform.ts';
import type { Services } from './services.ts';
import { eitherSignal, type Patience, waitingFor } from './waiting.ts';

export interface HandoverOptions {
  /** How long an offer stands that nobody takes up. */
  readonly offerTimeoutMs: number;
  /** How long it is waited for somebody who goes on with what the executor of another host left open. */
  readonly busy: Patience;
  readonly now: () => Date;
}

const stopped: Rejection = rejections.NotTakenUp('it was stopped before a host took it up', 'give the command again');

/** Hands operations to hosts that may execute them: offers them, waits for how they end, and ends what nobody takes. */
export class Handover {
  readonly #log: EventLog;
  readonly #services: Services;
  readonly #performer: Performer;
  readonly #options: HandoverOptions;

  constructor(log: EventLog, services: Services, performer: Performer, options: HandoverOptions) {
    this.#log = log;
    this.#services = services;
    this.#performer = performer;
    this.#options = options;
  }

  async backendOf(state: StreamState): Promise<Backend | null> {
    if ('backend' in state) return state.backend;
    if (!('volume' in state) || state.volume === null) return null;
    const stream = backendStream(state.volume.backend_name);
    return (await this.#services.read.state('backend', stream)).backend;
  }

  async hostsOf(state: StreamState, { operation, hosts }: Pick<OpenIntent, 'operation' | 'hosts'>): Promise<HostNames> {
    if (!this.#performer.callsDriver(operation)) return [];
    return hosts ?? (await this.backendOf(state))?.hosts ?? [];
  }

  async mayExecute(state: StreamState, open: Pick<OpenIntent, 'operation' | 'hosts'>): Promise<boolean> {
    return mayExecute(this.#services.executors.host, await this.hostsOf(state, open));
  }

  /** The offer that goes with an intent that this host may not execute; `null` where it may. */
  async offer(
    kind: StreamKind,
    state: StreamState,
    open: Pick<OpenIntent, 'operation' | 'hosts'>,
  ): Promise<NewEvent<string, unknown> | null> {
    const hosts = await this.hostsOf(state, open);
    if (mayExecute(this.#services.executors.host, hosts)) return null;
    const until = new Date(this.#options.now().getTime() + this.#options.offerTimeoutMs).toISOString();
    return (kind === 'backend' ? BackendOperationOffered : VolumeOperationOffered).of({ hosts, until });
  }

  isOverdue({ offered_until }: OpenIntent): boolean {
    return offered_until !== undefined && this.#options.now().getTime() >= Date.parse(offered_until);
  }

  /** Ends an offer that nobody took up. Whoever claims it at the same moment wins or loses as a whole. */
  async expire(kind: StreamKind, stream: string, command_id: string, why?: Rejection): Promise<void> {
    const kept = await this.#services.read.kept(kind, stream);
    const open = kept?.state.open.find((one) => one.command_id === command_id);
    if (kept === null || open?.offered_until === undefined) return;
    const hosts = await this.hostsOf(kept.state, open);
    await this.#performer.withdraw(kind, stream, kept, open, why ?? notTakenUp(open.operation, hosts));
  }

  /** How an operation ends that is another host's: waits for as long as its offer stands, or its executor lives. */
  async outcome(kind: StreamKind, stream: string, given: Given): Promise<E.Either<Rejection, StreamState>> {
    const { busy } = this.#options;
    const signal = eitherSignal(busy.signal, given.signal);
    const endless = { ...busy, totalMs: Number.POSITIVE_INFINITY, signal };
    const waiting = waitingFor(endless);
    let goneWaiting: (() => Promise<boolean>) | null = null;
    const unknown = (why: string) => E.left(outcomeUnknown(given.command, why, given.commandId));
    for (;;) {
      const kept = await this.#services.read.kept(kind, stream);
      const open = kept?.state.open.find(({ command_id }) => command_id === given.commandId);
      if (open === undefined) {
        const asked = kept?.state.questions.find(({ command_id }) => command_id === given.commandId);
        if (asked !== undefined) return unknown(asked.question);
        const ended = await firstOutcome(this.#log, kind, stream, given.commandId);
        return ended ?? unknown('another host went on with it');
      }
      if (open.offered_until !== undefined) {
        const isStopped = signal?.aborted ?? false;
        if (isStopped || this.isOverdue(open))
          await this.expire(kind, stream, given.commandId, isStopped ? stopped : undefined);
        else await waiting();
        continue;
      }
      if (await this.#services.executors.isGone(open)) {
        goneWaiting ??= waitingFor({ ...busy, signal });
        if (!(await goneWaiting())) return unknown(`${open.executor} took it up, and is gone`);
        continue;
      }
      goneWaiting = null;
      if (!(await waiting())) return unknown(`nobody waits for it any more; ${open.executor} is at it`);
    }
  }
}
