import * as E from 'fp-ts/lib/Either.js';
import type { StoredEvent } from '../../domain/event.ts';
import type { Append, AppendResult, EventLog } from '../../eventlog/port.ts';
import { holds, rejected, same } from '../asserting.ts';

export const all = async (events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> => {
  const found: StoredEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
};

export const take = async (events: AsyncIterable<StoredEvent>, count: number): Promise<StoredEvent[]> => {
  const found: StoredEvent[] = [];
  for await (const event of events) if (found.push(event) === count) break;
  return found;
};

export const stored = (result: AppendResult): readonly StoredEvent[] => {
  if (E.isLeft(result)) throw new Error(`wrong revision: ${result.left.stream} stands at ${result.left.actual}`);
  return result.right;
};

export const store = async (log: EventLog, append: Append) => stored(await log.append(append));
export const revisions = (events: readonly StoredEvent[]) => events.map(({ revision }) => revision);
export const positions = (events: readonly StoredEvent[]) => events.map(({ position }) => position);
export const ids = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => BigInt(index));
export const ascends = (numbers: readonly bigint[]) =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as bigint));

export const MANY = 2_500;
export const manyBodies = Array.from({ length: MANY }, (_, index) => `{"n":${index}}`);

/** Rejected with an error of these fields, of this class, or whose message says this. */
export const refusedWith = async (
  call: Promise<unknown>,
  what: string | typeof TypeError | { readonly code: string; readonly kind?: string },
): Promise<void> => {
  const error = await rejected(call);
  if (typeof what === 'string') holds((error as Error).message.includes(what), `${error} does not say "${what}"`);
  else if (typeof what === 'function') holds(error instanceof what, `${error} is no ${what.name}`);
  else
    for (const [field, value] of Object.entries(what))
      same((error as Record<string, unknown>)[field], value, `${error}`);
};
