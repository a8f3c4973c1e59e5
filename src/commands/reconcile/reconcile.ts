import type { DataOf, OpenIntent, OpenQuestion } from '../../domain/aggregate.ts';
import { type Backend, type BackendState, backendStream } from '../../domain/backend/backend.ts';
import { ArrayResourceSchema } from '../../domain/backend/resource.ts';
import { ScoriaError } from '../../domain/errors.ts';
import { decode } from '../../domain/streams.ts';
import { reachableBackend, unsupported } from '../../domain/volume/checks.ts';
import type { VolumeImported } from '../../domain/volume/import.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { callSignal } from '../../drivers/call.ts';
import type { EventLog } from '../../eventlog/port.ts';
import type { InventoryStore } from '../../projections/inventory.ts';

import { asked } from '../driver-queries.ts';
import type { Services } from '../services.ts';
import { compare, type Difference, type Listing, type Seen, type WasMade } from './compare.ts';

/** An operation without an outcome: what it is about may come or go, and is not compared. */
export interface OpenOnBackend {
  /** The volume's id; `null` for the backend itself. */
  readonly volume_id: string | null;
  readonly operation: string;
  /** The snapshot, the connection or the name on the array that it is about. */
  readonly subject: string | null;
  readonly command_id: string;
  /** `null` while it may still be under way; else what nobody could tell. */
  readonly question: string | null;
}

/** A whole array compared with the record. */
export interface Reconciliation {
  readonly backend: string;
  /** How many things the array has, and how many volumes the record. */
  readonly resources: number;
  readonly volumes: number;
  /** Empty when they agree. */
  readonly differences: readonly Difference[];
  readonly open: readonly OpenOnBackend[];
}

/**
 * Compares what the array has with the record, and records nothing. Others may work on the backend meanwhile: the record
 * is read after the array, and a difference counts when both, read once more, say it again of a stream that did not
 * move. So what came or went in between is never taken for one.
 */
export const reconcile = async (
  name: string,
  services: Services,
  log: Pick<EventLog, 'readStream'>,
): Promise<Reconciliation> => {
  const { read } = services;
  const backend = knownToAnswer(await read.state('backend', backendStream(name)), name);
  const look = async () => {
    const listing = await listed(backend, services);
    const inventory = await read.inventory();
    const seen = await Array.fromAsync(compare(listing, inventory, name, wasMadeBy(log)));
    return { listing, inventory, seen };
  };
  const first = await look();
  const last = first.seen.length === 0 ? first : await look();
  const seenBefore = new Set(first.seen.map(keyOf));
  const open = openOn(last.inventory, name);
  return {
    backend: name,
    resources: last.listing.resources.length,
    volumes: last.inventory.states('volume', { backend_name: name }).length,
    differences: last.seen.filter((seen) => seenBefore.has(keyOf(seen))).map(({ difference }) => difference),
    open,
  };
};

const keyOf = ({ difference, revision }: Seen): string => `${revision} ${JSON.stringify(difference)}`;

const knownToAnswer = (state: BackendState, name: string): Backend => {
  const backend = reachableBackend(state, name);
  if (backend._tag === 'Left') throw new ScoriaError(backend.left);
  return backend.right;
};

const listed = (backend: Backend, services: Services): Promise<Listing> =>
  asked(backend, services, 'does not list what it has', async ({ resources }) => {
    if (resources === undefined) throw new ScoriaError(unsupported(backend, 'resources'));
    const found: Listing['resources'][number][] = [];
    for await (const resource of await resources.listResources()) {
      callSignal().throwIfAborted();
      found.push(ArrayResourceSchema.parse(resource));
    }
    return { resources: found, connections: resources.connections };
  });

const MADE = ['VolumeCreated', 'VolumeAdopted', 'SnapshotCreated'];

type Imported = DataOf<typeof VolumeImported>;

/** What came in error may never have been made. */
const wasImported = ({ state }: Imported, snapshot_id: string | undefined): boolean => {
  const { status } = (snapshot_id === undefined ? state.volume : state.snapshots[snapshot_id]) ?? {};
  return status !== undefined && !['creating', 'managing', 'error'].includes(status);
};

/** Asked only of what is in error. */
const wasMadeBy =
  (log: Pick<EventLog, 'readStream'>): WasMade =>
  async (volume_id, snapshot_id) => {
    for await (const stored of log.readStream(volumeStream(volume_id))) {
      const { type, data } = decode(stored);
      if (MADE.includes(type) && data.snapshot_id === snapshot_id) return true;
      if (type === 'VolumeImported' && wasImported(data as Imported, snapshot_id)) return true;
    }
    return false;
  };

const openOn = (inventory: InventoryStore, backend_name: string): readonly OpenOnBackend[] => {
  const described = (volume_id: string | null, one: OpenIntent | OpenQuestion): OpenOnBackend => {
    const { operation, subject, command_id } = one;
    return { volume_id, operation, subject, command_id, question: 'question' in one ? one.question : null };
  };
  const { open, questions } = inventory.state('backend', backendStream(backend_name));
  const ofVolumes = inventory
    .states('volume', { backend_name })
    .flatMap((state) => [...state.open, ...state.questions].map((one) => described(state.volume?.id ?? null, one)));
  return [...ofVolumes, ...[...open, ...questions].map((one) => described(null, one))];
};
