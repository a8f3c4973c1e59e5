import { type ArrayResource, gibToBytes, type ResourceKind } from '../../domain/backend/resource.ts';
import {
  isAboutVolume,
  isConnected,
  type Snapshot,
  type Volume,
  type VolumeState,
  volumeStream,
} from '../../domain/volume/volume.ts';
import type { InventoryStore } from '../../projections/inventory.ts';
import { onRecord } from '../resources.ts';

/** Something that the array and the record do not say the same of. */
export interface Difference {
  /**
   * `unknown`: the record does not have it, or says that it never came about. `missing`: the array does not have it.
   * `size`: both do, with other sizes.
   */
  readonly difference: 'unknown' | 'missing' | 'size';
  readonly kind: ResourceKind;
  /** The id that it has on the record, or that its name on the array tells. */
  readonly id: string | null;
  /** Its name on the array. */
  readonly reference: string | null;
  /** The volume that it is of. */
  readonly volume_id: string | null;
  /** What the record says of its status; `deleted` for what it had once. */
  readonly status: string | null;
  /** Bytes on the array, in decimal. */
  readonly size_bytes: string | null;
  /** Bytes by the record, in decimal. */
  readonly recorded_size_bytes: string | null;
  /** Why it cannot be adopted. */
  readonly reason_not_safe: string | null;
}

/** A difference, and the state of the stream in which it was seen. */
export interface Seen {
  readonly difference: Difference;
  readonly revision: bigint | null;
}

/** The array as it was listed. */
export interface Listing {
  readonly resources: readonly ArrayResource[];
  /** Whether exports and connections that are not listed are not there. */
  readonly connections: boolean;
}

/** Whether the volume, or the snapshot, was ever on the array: what failed to come about is not missing. */
export type WasMade = (volume_id: string, snapshot_id?: string) => Promise<boolean>;

const NOTHING = {
  id: null,
  reference: null,
  volume_id: null,
  status: null,
  size_bytes: null,
  recorded_size_bytes: null,
  reason_not_safe: null,
};

/** What the array has of the things on the record. */
class Found {
  readonly #byId = new Map<string, ArrayResource>();
  readonly #byPlace = new Map<string, ArrayResource>();
  readonly #exported = new Set<string>();

  constructor(resources: readonly ArrayResource[]) {
    for (const resource of resources) {
      const { kind, id, volume_id, provider_location } = resource;
      if (id !== null) this.#byId.set(`${kind} ${id}`, resource);
      if (provider_location !== null) this.#byPlace.set(`${kind} ${provider_location}`, resource);
      if (kind === 'export' && volume_id !== null) this.#exported.add(volume_id);
    }
  }

  part(
    kind: ResourceKind,
    { id, provider_location = null }: { readonly id: string; readonly provider_location?: string | null },
  ) {
    return this.#byId.get(`${kind} ${id}`) ?? this.#byPlace.get(`${kind} ${provider_location}`);
  }

  isExported(volume_id: string): boolean {
    return this.#exported.has(volume_id);
  }
}

/** Compares what was listed with the record as it is after the listing. What stands open is left out. */
export async function* compare(
  { resources, connections }: Listing,
  inventory: InventoryStore,
  backend_name: string,
  wasMade: WasMade,
): AsyncGenerator<Seen> {
  const found = new Found(resources);
  for (const state of inventory.states('volume', { backend_name })) {
    if (state.volume === null || state.open.length > 0) continue;
    const revision = inventory.kept('volume', volumeStream(state.volume.id))?.revision ?? null;
    for await (const difference of ofVolume(state, state.volume, found, { connections, wasMade })) {
      yield { difference, revision };
    }
  }
  const record = onRecord(inventory, backend_name);
  for (const resource of resources) {
    if (record.owner(resource) !== null || record.busy(resource) !== null) continue;
    yield { difference: unknown(resource, inventory), revision: null };
  }
}

const unknown = (
  { sizeBytes, provider_location: _, ...resource }: ArrayResource,
  inventory: InventoryStore,
): Difference => {
  const known =
    resource.kind === 'volume' && resource.id !== null
      ? inventory.state('volume', volumeStream(resource.id)).volume
      : null;
  const isGone = resource.kind !== 'volume' && resource.id !== null && inventory.resource(resource.id) !== null;
  return {
    ...NOTHING,
    ...resource,
    difference: 'unknown',
    status: known?.status ?? (isGone ? 'deleted' : null),
    size_bytes: sizeBytes === null ? null : String(sizeBytes),
  };
};

interface Judging {
  readonly connections: boolean;
  readonly wasMade: WasMade;
}

async function* ofVolume(
  state: VolumeState,
  volume: Volume,
  found: Found,
  { connections, wasMade }: Judging,
): AsyncGenerator<Difference> {
  const { id } = volume;
  const isAsked = state.questions.some((question) => isAboutVolume(state, question));
  if (!isAsked) yield* stored('volume', volume, volume.size, found, () => wasMade(id));
  for (const snapshot of Object.values(state.snapshots)) {
    if (isQuestioned(state, snapshot.id)) continue;
    yield* stored('snapshot', snapshot, snapshot.volume_size, found, () => wasMade(id, snapshot.id));
  }
  if (!connections || isAsked) return;
  const expected = Object.values(state.connections).filter((one) => isConnected(one) && !isQuestioned(state, one.id));
  for (const connection of expected) {
    if (found.part('connection', connection) === undefined) yield differing('missing', 'connection', connection);
  }
  if (expected.length > 0 && !found.isExported(id))
    yield differing('missing', 'export', { ...volume, id: null, volume_id: id });
}

const isQuestioned = ({ questions }: VolumeState, id: string): boolean =>
  questions.some(({ subject }) => subject === id);

const IN_ERROR = ['error', 'error_deleting'];

async function* stored(
  kind: 'volume' | 'snapshot',
  thing: Volume | Snapshot,
  sizeGiB: number,
  found: Found,
  wasMade: () => Promise<boolean>,
): AsyncGenerator<Difference> {
  const there = found.part(kind, thing);
  const recorded_size_bytes = String(gibToBytes(sizeGiB));
  const isExpected = !IN_ERROR.includes(thing.status) || (await wasMade());
  if (there === undefined) {
    if (isExpected) yield { ...differing('missing', kind, thing), recorded_size_bytes };
  } else if (!isExpected) {
    const { reference, sizeBytes, reason_not_safe } = there;
    const seen = { reference, reason_not_safe, size_bytes: sizeBytes === null ? null : String(sizeBytes) };
    yield { ...differing('unknown', kind, thing), ...seen };
  } else if (String(there.sizeBytes) !== recorded_size_bytes) {
    const { reference, sizeBytes } = there;
    const sizes = { size_bytes: String(sizeBytes), recorded_size_bytes };
    yield { ...differing('size', kind, thing), reference, ...sizes };
  }
}

const differing = (
  difference: Difference['difference'],
  kind: ResourceKind,
  { id, status, ...of }: { readonly id: string | null; readonly status: string; readonly volume_id?: string },
): Difference => ({ ...NOTHING, difference, kind, id, status, volume_id: of.volume_id ?? null });
