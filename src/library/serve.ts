import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { LOOKS_PER_LEASE } from '../commands/executors.ts';
import type { Runner } from '../commands/runner.ts';
import type { Services } from '../commands/services.ts';
import type { OpenIntent } from '../domain/aggregate.ts';
import type { StreamKind, StreamState } from '../domain/streams.ts';
import { Limits } from '../lines.ts';

export interface ServeOptions {
  readonly signal: AbortSignal;
  readonly leaseMs: number;
  /** So many operations of one backend are taken up at once. */
  readonly operationsPerBackend: number;
}

/** Between two looks at the log. */
const LOOK_MS = 200;

/** Takes up what is offered to this host, and recovers what it may, until `signal`; what it took up comes to its end. */
export const serve = async (runner: Runner, services: Services, options: ServeOptions): Promise<void> => {
  const { read, executors, log } = services;
  const { handover } = runner;
  const { signal, leaseMs } = options;
  const limits = new Limits(options.operationsPerBackend);
  const underWay = new Map<string, Promise<void>>();
  /** What failed is tried again at each look, and told once. */
  const told = new Set<string>();

  const inBackground = (key: string, operation: string, stream: string, work: () => Promise<void>): void => {
    if (underWay.has(key)) return;
    const done = work()
      .then(() => void told.delete(key))
      .catch((error) => {
        if (!told.has(key))
          log.error({ operation, stream, code: error?.code ?? null }, 'An operation was not executed');
        told.add(key);
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, done);
  };

  const take = async (kind: StreamKind, stream: string, { command_id, operation }: OpenIntent): Promise<void> => {
    const fields = { operation, stream, commandId: command_id };
    const outcome = await handover.take(kind, stream, command_id);
    if (outcome === null) return;
    if (E.isRight(outcome)) log.info(fields, 'An operation was executed for another host');
    else log.warn({ ...fields, code: outcome.left.code }, 'An operation for another host did not succeed');
  };

  const recover = async (kind: StreamKind, stream: string): Promise<void> => {
    const recovered = await runner.recover(kind, stream, (open) => executors.isGone(open));
    for (const { operation: recovery } of recovered) {
      const { operation, command_id: commandId } = recovery;
      log.info({ operation, stream, commandId }, 'An operation was recovered');
    }
  };

  const look = async (kind: StreamKind, stream: string, state: StreamState, open: OpenIntent): Promise<void> => {
    const { command_id, operation } = open;
    if (handover.isOverdue(open)) return handover.expire(kind, stream, command_id);
    if (open.offered_until !== undefined) {
      if (!(await handover.mayExecute(state, open))) return;
      const backend = (await handover.backendOf(state))?.name ?? stream;
      const work = () => take(kind, stream, open);
      // A freeze waits for the backend's other operations, and must not stand in their way.
      const inTurn = async () => void (await (kind === 'backend' ? work() : limits.within(backend, work, signal)));
      inBackground(command_id, operation, stream, inTurn);
      return;
    }
    if (underWay.has(command_id) || !(await executors.isGone(open))) return;
    inBackground(stream, operation, stream, () => recover(kind, stream));
  };

  log.info({}, 'Serving');
  while (!signal.aborted) {
    const inventory = await read.inventory();
    for (const { stream, kind } of inventory.openStreams()) {
      const state = inventory.state(kind, stream);
      for (const open of state.open) await look(kind, stream, state, open);
    }
    await delay(Math.min(LOOK_MS, leaseMs / LOOKS_PER_LEASE), undefined, { signal }).catch(() => {});
  }
  await Promise.all(underWay.values());
  log.info({}, 'Served');
};
