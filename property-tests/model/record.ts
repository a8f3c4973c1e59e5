import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { RecordedEvent, StoredEvent } from '../../src/domain/event.ts';
import { decode, evolveStream, kindOf, type StreamKind, type StreamState } from '../../src/domain/streams.ts';
import type { VolumeState } from '../../src/domain/volume/volume.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { type InventoryStore, inventory } from '../../src/projections/inventory.ts';
import { Projector } from '../../src/projections/projector.ts';

export const storedEvents = (log: EventLog): Promise<StoredEvent[]> => Array.fromAsync(log.readAll());

export interface Fold {
  readonly kind: StreamKind;
  readonly state: StreamState;
  readonly events: readonly RecordedEvent[];
}

/** Every stream, folded from zero. */
export const foldsOf = (events: readonly StoredEvent[]): ReadonlyMap<string, Fold> => {
  const folds = new Map<string, Fold>();
  for (const stored of events) {
    const event = decode(stored);
    const kind = kindOf(event.stream);
    if (kind === null) throw new Error(`${event.stream} is of no kind`);
    const before = folds.get(event.stream);
    const state = evolveStream(kind, before?.state ?? null, event);
    folds.set(event.stream, { kind, state, events: [...(before?.events ?? []), event] });
  }
  return folds;
};

export const volumesOf = (folds: ReadonlyMap<string, Fold>): ReadonlyMap<string, VolumeState> =>
  new Map(
    [...folds].flatMap(([stream, { kind, state }]) =>
      kind === 'volume' ? [[stream.slice('volume-'.length), state as VolumeState]] : [],
    ),
  );

/** As a state comes back from where it is kept. */
export const asKept = (state: unknown): unknown => JSON.parse(JSON.stringify(state));

/** The kept states equal the folds, and so do their revisions and hashes. */
export const expectKept = (store: InventoryStore, folds: ReadonlyMap<string, Fold>): void => {
  for (const [stream, { kind, state, events }] of folds) {
    const last = events.at(-1) as RecordedEvent;
    expect(store.kept(kind, stream)).toStrictEqual({
      state: asKept(state),
      revision: last.revision,
      hash: last.meta.hash,
    });
  }
};

/** A reader of its own, which catches up event by event as it is asked. */
export const readerOf = async (log: EventLog): Promise<() => Promise<InventoryStore>> => {
  const database = { db: new DatabaseSync(':memory:'), write: async <Result>(work: () => Result) => work() };
  const projector = await Projector.open(log, database, [inventory]);
  return () => projector.read(inventory);
};

/** Revisions without a gap, positions that ascend, bodies that say the same, and a chain of hashes made here anew. */
export const expectSoundRecord = (events: readonly StoredEvent[]): void => {
  const heads = new Map<string, { revision: bigint; hash: string }>();
  let position = 0n;
  const ids = new Set<string>();
  for (const stored of events) {
    const { stream, revision, hash, id } = stored;
    const body = JSON.parse(stored.body);
    const head = heads.get(stream) ?? { revision: -1n, hash: '0'.repeat(64) };
    expect(revision).toBe(head.revision + 1n);
    expect(stored.position > position).toBe(true);
    expect(body).toMatchObject({ stream, id, revision: String(revision) });
    expect(body.meta.prev).toBe(head.hash);
    expect(hash).toBe(createHash('sha256').update(`scoria/event/v1\n${stored.body}`).digest('hex'));
    expect(ids.has(id)).toBe(false);
    heads.set(stream, { revision, hash });
    ids.add(id);
    position = stored.position;
  }
};
