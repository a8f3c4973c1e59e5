import * as E from 'fp-ts/lib/Either.js';
import type { CommandContext } from '../commands/given.ts';
import type { Handover } from '../commands/handover.ts';
import type { IsGone, Runner } from '../commands/runner.ts';
import type { Services } from '../commands/services.ts';
import type { OpenIntent } from '../domain/aggregate.ts';
import type { Rejection } from '../domain/errors.ts';
import { resourceIdOf, type StreamKind } from '../domain/streams.ts';
import { Limits } from '../lines.ts';

/** An operation that the log holds no outcome of. */
export interface OpenOperation {
  readonly kind: StreamKind;
  /** The id of the volume, the name of the backend. */
  readonly resource: string;
  /** The command's name. */
  readonly operation: string;
  readonly command_id: string;
  /** `host/pid/instance`. */
  readonly executor: string;
  /** When it was asked for: ISO 8601 in UTC. */
  readonly at: string;
  /**
   * `gone`: `recover` settles it. `question`: nobody could tell how it ended. `open`: its executor may be at work.
   * `offered`: a host that may is to take it up. `elsewhere`: its executor is gone, and another host is to recover it.
   */
  readonly state: 'open' | 'gone' | 'offered' | 'elsewhere' | 'question';
  /** What could not be told; `null` where nothing was asked yet. */
  readonly question: string | null;
}

/** How an operation of an executor that was gone ended. */
export interface RecoveredOperation extends Omit<OpenOperation, 'state' | 'question'> {
  readonly outcome: 'done' | 'failed' | 'unknown';
  /** What failed or could not be told; `null` for what is done. */
  readonly rejection: Rejection | null;
}

const described = (kind: StreamKind, stream: string, open: OpenIntent) => {
  const { operation, command_id, executor, at } = open;
  return { kind, resource: resourceIdOf(stream), operation, command_id, executor, at };
};

/** Everything that stands open: operations first, then questions, each oldest first. */
export const openOperations = async (
  { read, executors }: Services,
  handover: Handover,
): Promise<readonly OpenOperation[]> => {
  const inventory = await read.inventory();
  const found: OpenOperation[] = [];
  for (const { stream, kind } of inventory.openStreams()) {
    const held = inventory.state(kind, stream);
    for (const open of held.open) {
      const gone = async () => ((await handover.mayExecute(held, open)) ? 'gone' : 'elsewhere');
      const working = async () => ((await executors.isGone(open)) ? gone() : 'open');
      const state = open.offered_until === undefined ? await working() : 'offered';
      found.push({ ...described(kind, stream, open), state, question: null });
    }
  }
  for (const { stream, kind } of inventory.questionedStreams()) {
    for (const asked of inventory.state(kind, stream).questions) {
      found.push({ ...described(kind, stream, asked), state: 'question', question: asked.question });
    }
  }
  return found;
};

const STREAMS_AT_ONCE = 16;

type Streams = ReturnType<Awaited<ReturnType<Services['read']['inventory']>>['openStreams']>;

const isOfBackend = ({ kind }: Streams[number]): boolean => kind === 'backend';

const heldBy = ({ executor, event_id }: OpenIntent): string => `${executor} ${event_id}`;

/** What executors hold that are gone, or turn out to be. All are watched at once. */
const goneAfterAll = async (
  streams: Streams,
  { read, executors }: Services,
  alsoGone: readonly string[],
): Promise<ReadonlySet<string>> => {
  const inventory = await read.inventory();
  const open = streams
    .flatMap(({ stream, kind }) => inventory.state(kind, stream).open)
    .filter(({ offered_until }) => offered_until === undefined);
  const verdicts = await Promise.all(
    open.map((held) => alsoGone.includes(held.executor) || executors.isGoneAfterAll(held)),
  );
  return new Set(open.filter((_, index) => verdicts[index]).map(heldBy));
};

/** Settles what executors that are gone left open. */
export const recoverAll = async (
  runner: Runner,
  services: Services,
  alsoGone: readonly string[],
  context: CommandContext,
): Promise<readonly RecoveredOperation[]> => {
  const { read, executors } = services;
  const inventory = await read.inventory();
  const open = inventory.openStreams();
  for (const { stream, kind } of open) {
    const overdue = inventory.state(kind, stream).open.filter((one) => runner.handover.isOverdue(one));
    for (const { command_id } of overdue) await runner.handover.expire(kind, stream, command_id);
  }
  const gone = await goneAfterAll(open, services, alsoGone);
  const isGone: IsGone = async (held) => gone.has(heldBy(held)) || executors.isGone(held);
  const limits = new Limits(STREAMS_AT_ONCE);
  const recovered = ({ stream, kind }: Streams[number]) =>
    limits.within('streams', async () =>
      (await runner.recover(kind, stream, isGone, context)).map(({ operation, outcome }): RecoveredOperation => {
        const rejection = E.isLeft(outcome) ? outcome.left : null;
        const ended = rejection === null ? 'done' : rejection.kind === 'unknown' ? 'unknown' : 'failed';
        return { ...described(kind, stream, operation), outcome: ended, rejection };
      }),
    );
  // Backends last: a freeze waits for the operations under way on its volumes.
  const [backends, others] = [open.filter(isOfBackend), open.filter((one) => !isOfBackend(one))];
  return [...(await Promise.all(others.map(recovered))), ...(await Promise.all(backends.map(recovered)))].flat();
};
