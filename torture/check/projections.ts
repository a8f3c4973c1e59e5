import { isDeepStrictEqual } from 'node:util';
import { asKept, foldsOf } from '../../property-tests/model/folds.ts';
import type { StoredEvent } from '../../src/domain/event.ts';
import { decode } from '../../src/domain/streams.ts';
import type { Engine } from '../../src/index.ts';
import { openStorage } from '../../src/library/storage.ts';
import { inventory } from '../../src/projections/inventory.ts';
import { type LogPlace, opened } from '../logs/open.ts';
import { tally } from '../tally.ts';

const inventoryDifferences = async (place: LogPlace, stored: readonly StoredEvent[]): Promise<readonly string[]> => {
  const storage = await openStorage({ ...(await opened(place, { ifMissing: 'refuse' })), projections: [inventory] });
  try {
    const store = await storage.projector.read(inventory);
    return [...foldsOf(stored)].flatMap(([stream, { kind, state }]) => {
      const isFold = isDeepStrictEqual(asKept(store.kept(kind, stream)?.state), asKept(state));
      return isFold ? [] : [`${stream}: the inventory is not the fold`];
    });
  } finally {
    await storage.close();
  }
};

const tallyDifferences = async (engine: Engine, stored: readonly StoredEvent[]): Promise<readonly string[]> => {
  const counts = Map.groupBy(stored.map(decode), ({ type }) => type);
  const rows = await (await engine.view()).projection(tally);
  const kept = new Map(rows.map(({ key, row }) => [key, row]));
  return [...new Set([...counts.keys(), ...kept.keys()])].flatMap((type) => {
    const count = counts.get(type)?.length ?? 0;
    return kept.get(type) === count ? [] : [`the tally of ${type} is ${kept.get(type)}, the log has ${count}`];
  });
};

/** Where what is kept of the log is not what a replay makes. */
export const unequalIn = async (
  engine: Engine,
  place: LogPlace,
  stored: readonly StoredEvent[],
): Promise<readonly string[]> => [
  ...(await inventoryDifferences(place, stored)),
  ...(await tallyDifferences(engine, stored)),
];
