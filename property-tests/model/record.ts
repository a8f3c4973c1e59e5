import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { RecordedEvent, StoredEvent } from '../../src/domain/event.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { type InventoryStore, inventory } from '../../src/projections/inventory.ts';
import { Projector } from '../../src/projections/projector.ts';
import { asKept, type Fold, recordProblems } from './folds.ts';

export const storedEvents = (log: EventLog): Promise<StoredEvent[]> => Array.fromAsync(log.readAll());

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

export const expectSoundRecord = (events: readonly StoredEvent[]): void => expect(recordProblems(events)).toEqual([]);
