import { type Backend, backendStream } from '../domain/backend/backend.ts';
import type { ResourceFacts } from '../domain/backend/delete-resource.ts';
import { type ArrayResource, ArrayResourceSchema, resourceBusy } from '../domain/backend/resource.ts';
import { volumeStream } from '../domain/volume/volume.ts';
import type { InventoryStore } from '../projections/inventory.ts';
import { asked } from './driver-queries.ts';
import { Refused } from './operation.ts';
import type { Services } from './services.ts';

/** What the record knows of the things on one array. `except` is the stream of whoever asks, which is in nobody's way. */
export interface OnRecord {
  /** Whose it is, in words; `null` when it is nobody's. */
  owner(resource: ArrayResource): string | null;
  /** The operation that stands open on it, in words: it may be about to come or to go. */
  busy(resource: ArrayResource): string | null;
}

export const onRecord = (inventory: InventoryStore, backend_name: string, except?: string): OnRecord => {
  const volume = (id: string) => inventory.state('volume', volumeStream(id));
  const isLive = (id: string): boolean => ![undefined, 'deleted'].includes(volume(id).volume?.status);
  const streamOfPart = (id: string): string | undefined => inventory.resource(id)?.stream;
  const partOf = (id: string, parts: 'snapshots' | 'connections'): boolean => {
    const stream = streamOfPart(id);
    return stream !== undefined && inventory.state('volume', stream)[parts][id] !== undefined;
  };

  /** What the record knows by where it is. Made when it is first asked for: most names tell an id. */
  let places: ReadonlyMap<string, string> | null = null;
  const byPlace = (place: string | null): string | null => {
    places ??= placesOf(inventory, backend_name);
    return place === null ? null : (places.get(place) ?? null);
  };

  /** The names that operations without an outcome were given. */
  let named: ReadonlyMap<string, string> | null = null;
  const byName = (reference: string): string | null => {
    named ??= namesInWork(inventory, backend_name, except);
    return named.get(reference) ?? null;
  };

  return {
    owner({ kind, id, volume_id, provider_location }) {
      switch (kind) {
        case 'volume':
          return id !== null && volumeStream(id) !== except && isLive(id) ? `volume ${id}` : byPlace(provider_location);
        case 'snapshot':
          return id !== null && partOf(id, 'snapshots') ? `snapshot ${id}` : byPlace(provider_location);
        case 'connection':
          return id !== null && partOf(id, 'connections') ? `connection ${id}` : null;
        case 'export': {
          const isUsed = volume_id !== null && Object.keys(volume(volume_id).connections).length > 0;
          return isUsed ? `the export of volume ${volume_id}` : null;
        }
        case 'leftover':
          return null;
      }
    },
    busy({ kind, id, volume_id, reference }) {
      const streams = [id, volume_id].flatMap((known) =>
        known === null ? [] : [volumeStream(known), streamOfPart(known) ?? []].flat(),
      );
      const [open] = streams
        .filter((stream) => stream !== except)
        .map((stream) => inventory.state('volume', stream))
        // A call that was slower than its timeout left a question, and may be at work still.
        .flatMap((state) => (kind === 'leftover' ? [...state.open, ...state.questions] : state.open));
      return open === undefined ? byName(reference) : `${open.operation} of ${open.executor}`;
    },
  };
};

const placesOf = (inventory: InventoryStore, backend_name: string): ReadonlyMap<string, string> => {
  const places = new Map<string, string>();
  for (const { volume, snapshots } of inventory.states('volume', { backend_name })) {
    if (volume?.provider_location) places.set(volume.provider_location, `volume ${volume.id}`);
    for (const { id, provider_location } of Object.values(snapshots)) {
      if (provider_location) places.set(provider_location, `snapshot ${id}`);
    }
  }
  return places;
};

const namesInWork = (inventory: InventoryStore, backend_name: string, except?: string): ReadonlyMap<string, string> => {
  const own = backendStream(backend_name);
  const asked = inventory.questionedStreams().map(({ stream }) => stream);
  const volumes = [...inventory.busyStreams(backend_name), ...asked]
    .filter((stream) => stream !== except && stream !== own)
    .map((stream) => inventory.state('volume', stream))
    .filter(({ volume }) => volume?.backend_name === backend_name);
  const open = [
    ...volumes.flatMap((state) => [...state.open, ...state.questions]),
    ...(own === except ? [] : inventory.state('backend', own).open),
  ];
  return new Map(
    open.flatMap(({ subject, operation, executor }) =>
      subject === null ? [] : [[subject, `${operation} of ${executor}`]],
    ),
  );
};

/** What the array and the record say of a name on the array. */
export const resourceFacts = async (
  backend: Backend | null,
  reference: string,
  services: Services,
  except?: string,
): Promise<ResourceFacts> => {
  const resource = backend?.options ? await resourceNamed(backend, reference, services) : null;
  if (backend === null || resource === null) return { resource, owner: null, busy: null };
  const record = onRecord(await services.read.inventory(), backend.name, except);
  return { resource, owner: record.owner(resource), busy: record.busy(resource) };
};

const resourceNamed = (backend: Backend, reference: string, services: Services): Promise<ArrayResource | null> =>
  asked(backend, services, `does not tell about ${reference}`, async ({ resources }) =>
    ArrayResourceSchema.nullable().parse((await resources?.findResource(reference)) ?? null),
  );

/**
 * Looks once more, after the own intent is durable: of two who are about to adopt or delete the same thing, one at least
 * sees the other. What is gone by then, an earlier attempt may have adopted or deleted.
 */
export const assertStillFree = async (
  backend: Backend | null,
  reference: string,
  services: Services,
  own: string,
): Promise<void> => {
  const { resource, owner, busy } = await resourceFacts(backend, reference, services, own);
  const by = owner ?? busy;
  if (resource !== null && by !== null) throw new Refused(resourceBusy(reference, by));
};
