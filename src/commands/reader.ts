import type { StreamKind, StreamStates } from '../domain/streams.ts';
import { type InventoryStore, inventory, type KeptState } from '../projections/inventory.ts';
import type { Projector } from '../projections/projector.ts';
import type { Reader } from './services.ts';

/** Reads the kept states through the projector, which catches them up first. */
export const readerOf = (projector: Projector): Reader => {
  const read = (): Promise<InventoryStore> => projector.read(inventory);
  const kept = async <Kind extends StreamKind>(kind: Kind, stream: string): Promise<KeptState<Kind> | null> =>
    (await read()).kept(kind, stream);
  return {
    inventory: read,
    kept,
    state: async <Kind extends StreamKind>(kind: Kind, stream: string): Promise<StreamStates[Kind]> =>
      (await read()).state(kind, stream),
  };
};
