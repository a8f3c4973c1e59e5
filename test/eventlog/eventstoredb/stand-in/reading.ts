import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Database } from './database.ts';
import {
  caughtUp,
  checkpoint,
  confirmation,
  eventResponse,
  failures,
  notFound,
  type ReadRequest,
  type ReadResponse,
  streamNameOf,
} from './messages.ts';
import type { DatabaseRecord } from './records.ts';

type Call = ServerWritableStream<ReadRequest, ReadResponse>;
type Options = NonNullable<ReturnType<ReadRequest['getOptions']>>;

/** Records that are examined between two checkpoints, and that may wait for a live subscriber. */
const WINDOW = 32;
const MOST_WAITING = 64;
const BACKWARDS = 1;

/** Waits while the reader is slow; false when the reader is gone. */
const send = async (call: Call, response: ReadResponse): Promise<boolean> => {
  if (isGone(call)) return false;
  if (!call.write(response)) await drained(call);
  return !isGone(call);
};

const isGone = (call: Call): boolean => call.cancelled || call.destroyed;

const drained = (call: Call): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      for (const event of ['drain', 'cancelled', 'close']) call.off(event, go);
      resolve();
    };
    for (const event of ['drain', 'cancelled', 'close']) call.once(event, go);
  });

const sendAll = async (call: Call, records: Iterable<DatabaseRecord>): Promise<void> => {
  for (const record of records) if (!(await send(call, eventResponse(record)))) return;
  call.end();
};

/** The index of the first record at `position` or later. */
const indexAt = (all: readonly DatabaseRecord[], position: bigint): number => {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((all[middle] as DatabaseRecord).position < position) low = middle + 1;
    else high = middle;
  }
  return low;
};

const startOf = (all: readonly DatabaseRecord[], options: Options): number | 'no record' => {
  const bounds = options.getAll();
  if (bounds?.hasEnd()) return all.length;
  if (!bounds?.hasPosition()) return 0;
  const position = BigInt(bounds.getPosition()?.getCommitPosition() ?? 0);
  const index = indexAt(all, position);
  return index === all.length || all[index]?.position === position ? index : 'no record';
};

const readAll = async (database: Database, options: Options, call: Call): Promise<void> => {
  const start = startOf(database.all, options);
  const count = Number(options.getCount());
  if (start === 'no record') return void call.emit('error', failures.unknown('Exception was thrown by handler.'));
  // A filter is ignored here: the server reads one only in a subscription.
  if (options.getReadDirection() === BACKWARDS) {
    const first = Math.max(0, start - count);
    return sendAll(call, database.all.slice(first, start).reverse());
  }
  return sendAll(call, database.all.slice(start, start + count));
};

const readStream = async (database: Database, options: Options, call: Call): Promise<void> => {
  const bounds = options.getStream();
  const name = streamNameOf(bounds?.getStreamIdentifier());
  const records = database.stream(name);
  if (records === 'deleted') return void call.emit('error', failures.streamDeleted(name));
  if (records === 'missing') {
    await send(call, notFound(name));
    return void call.end();
  }
  const count = Number(options.getCount());
  if (options.getReadDirection() === BACKWARDS) return sendAll(call, records.toReversed().slice(0, count));
  const from = bounds?.hasRevision() ? BigInt(bounds.getRevision()) : 0n;
  return sendAll(call, records.filter(({ revision }) => revision >= from).slice(0, count));
};

const filterOf = (options: Options): ((record: DatabaseRecord) => boolean) => {
  const prefixes = options.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
  return prefixes.length === 0 ? () => true : ({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix));
};

let drops = 0;
export const dropped = (): number => drops;

/** Catches up by the page, then goes live; a consumer that falls behind when live is dropped. */
const subscribe = async (
  database: Database,
  options: Options,
  call: Call,
  matches: (record: DatabaseRecord) => boolean,
  start: number,
): Promise<void> => {
  let [next, live, examined] = [start, false, 0];
  let wake = () => {};
  const stop = database.watch(() => {
    const waiting = live && call.writableNeedDrain ? database.all.slice(next).filter(matches).length : 0;
    if (waiting > MOST_WAITING && !isGone(call)) {
      drops += 1;
      call.emit('error', failures.consumerTooSlow());
    }
    wake();
  });
  call.once('cancelled', () => wake());
  try {
    if (!(await send(call, confirmation(randomUUID())))) return;
    while (!isGone(call)) {
      const record = database.all[next];
      if (record === undefined) {
        if (!live && !(await send(call, caughtUp()))) return;
        live = true;
        if (next === database.all.length) await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      next += 1;
      examined += 1;
      if (matches(record) && !(await send(call, eventResponse(record)))) return;
      const due = options.hasFilter() && examined % WINDOW === 0;
      if (due && !(await send(call, checkpoint(record.position)))) return;
    }
  } finally {
    stop();
  }
};

const subscribeToAll = async (database: Database, options: Options, call: Call): Promise<void> => {
  const start = startOf(database.all, options);
  if (start === 'no record') return void call.emit('error', failures.unknown('Exception was thrown by handler.'));
  // From a position means after it.
  const after = options.getAll()?.hasPosition() ? start + 1 : start;
  await subscribe(database, options, call, filterOf(options), Math.min(after, database.all.length));
};

const subscribeToStream = async (database: Database, options: Options, call: Call): Promise<void> => {
  const bounds = options.getStream();
  const name = streamNameOf(bounds?.getStreamIdentifier());
  const after = bounds?.hasRevision() ? BigInt(bounds.getRevision()) : -1n;
  await subscribe(database, options, call, ({ stream, revision }) => stream === name && revision > after, 0);
};

export const read = (database: Database, call: Call): Promise<void> => {
  const options = call.request.getOptions() as Options;
  if (options.hasSubscription())
    return (options.hasAll() ? subscribeToAll : subscribeToStream)(database, options, call);
  return (options.hasAll() ? readAll : readStream)(database, options, call);
};
