import * as E from 'fp-ts/lib/Either.js';
import type { OpenIntent } from '../domain/aggregate.ts';
import { BackendOperationOffered } from '../domain/backend/aggregate.ts';
import { type Backend, backendStream } from '../domain/backend/backend.ts';
import { type HostNames, mayExecute, notOnThisHost, notTakenUp } from '../domain/backend/hosts.ts';
import { type Rejection, rejections } from '../domain/errors.ts';
import type { Actor, NewEvent } from '../domain/event.ts';
import type { StreamKind, StreamState } from '../domain/streams.ts';
import { VolumeOperationOffered } from '../domain/volume/claim.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { InventoryStore } from '../projections/inventory.ts';
import { outcomeUnknown } from './ending.ts';
import { firstOutcome } from './first-outcome.ts';
import type { Given } from './given.ts';
import { type AnyOperation, callsDriver } from './operation.ts';
import type { Performer } from './perform.ts';
import type { Services } from './services.ts';
import type { Outcome } from './settlements.ts';
import { eitherSignal, type Patience, waitingFor } from './waiting.ts';

export interface HandoverOptions {
  /** How long an offer stands that nobody takes up. */
  readonly offerTimeoutMs: number;
  /** How long it is waited for somebody who goes on with what the executor of another host left open. */
  readonly busy: Patience;
  /** Who takes up what others offer. */
  readonly actor: Actor;
  readonly now: () => Date;
}

/** Where intents say what the state does not hold before them. */
interface Addressed {
  readonly hosts?: HostNames;
  readonly backend?: { readonly hosts?: HostNames };
  readonly volume?: { readonly backend_name: string };
}

const nameOf = (state: StreamState): string | null => ('volume' in state ? (state.volume?.backend_name ?? null) : null);

/** The backend of that name, or whose stream it is. */
const backendIn = (inventory: InventoryStore, state: StreamState, name: string | null): Backend | null => {
  if ('backend' in state) return state.backend;
  return name === null ? null : inventory.state('backend', backendStream(name)).backend;
};

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
    return backendIn(await this.#services.read.inventory(), state, nameOf(state));
  }

  async hostsOf(state: StreamState, { operation, hosts }: Pick<OpenIntent, 'operation' | 'hosts'>): Promise<HostNames> {
    if (!this.#performer.callsDriver(operation)) return [];
    return hosts ?? (await this.backendOf(state))?.hosts ?? [];
  }

  async mayExecute(state: StreamState, open: Pick<OpenIntent, 'operation' | 'hosts'>): Promise<boolean> {
    return mayExecute(this.#services.executors.host, await this.hostsOf(state, open));
  }

  /** The offer that goes with an intent, which is about to be recorded, where this host may not execute it. */
  offer(
    operation: AnyOperation,
    state: StreamState,
    { data }: NewEvent<string, unknown>,
    inventory: InventoryStore,
  ): NewEvent<string, unknown> | null {
    if (!callsDriver(operation)) return null;
    const { hosts: named, backend, volume } = data as Addressed;
    const name = volume?.backend_name ?? nameOf(state);
    const hosts = named ?? backend?.hosts ?? backendIn(inventory, state, name)?.hosts ?? [];
    if (mayExecute(this.#services.executors.host, hosts)) return null;
    const until = new Date(this.#options.now().getTime() + this.#options.offerTimeoutMs).toISOString();
    return (operation.kind === 'backend' ? BackendOperationOffered : VolumeOperationOffered).of({ hosts, until });
  }

  isOverdue({ offered_until }: OpenIntent): boolean {
    return offered_until !== undefined && this.#options.now().getTime() >= Date.parse(offered_until);
  }

  /**
   * Takes up an operation that is offered, if this host may. `null` where another was faster. Throws `KeyStoreUnavailable`
   * before it claims what it could not finish for want of a key.
   */
  async take(kind: StreamKind, stream: string, command_id: string): Promise<Outcome | null> {
    const kept = await this.#services.read.kept(kind, stream);
    const open = kept?.state.open.find((one) => one.command_id === command_id);
    if (kept === null || open?.offered_until === undefined || this.isOverdue(open)) return null;
    if (!(await this.mayExecute(kept.state, open))) return null;
    return this.#performer.take({ kind, stream, kept, open }, { actor: this.#options.actor });
  }

  /** Why this host may not ask how an operation ended; `null` where it may. */
  async refusal(kind: StreamKind, stream: string, open: OpenIntent): Promise<Rejection | null> {
    const state = await this.#services.read.state(kind, stream);
    const hosts = await this.hostsOf(state, open);
    const { host } = this.#services.executors;
    if (mayExecute(host, hosts)) return null;
    return notOnThisHost({ name: (await this.backendOf(state))?.name ?? stream, hosts }, host);
  }

  /** Whether it is this very command that another host is at, or is to take up. */
  async isElsewhere(open: OpenIntent, kind: StreamKind, stream: string, given: Given): Promise<boolean> {
    if (open.command_id !== given.commandId) return false;
    return open.offered_until !== undefined || (await this.refusal(kind, stream, open)) !== null;
  }

  /** Ends an offer that nobody took up. Whoever claims it at the same moment wins or loses as a whole. */
  async expire(kind: StreamKind, stream: string, command_id: string, why?: Rejection): Promise<void> {
    const kept = await this.#services.read.kept(kind, stream);
    const open = kept?.state.open.find((one) => one.command_id === command_id);
    if (kept === null || open?.offered_until === undefined) return;
    const hosts = await this.hostsOf(kept.state, open);
    await this.#performer.withdraw({ kind, stream, kept, open }, why ?? notTakenUp(open.operation, hosts));
  }

  /** How an operation ends that is another host's: waits for as long as its offer stands, or its executor lives. */
  async outcome(kind: StreamKind, stream: string, given: Given): Promise<Outcome> {
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
