import type { BackendStats } from '../domain/backend/backend.ts';
import { resourceIdOf, type ScoriaEvent } from '../domain/streams.ts';
import type { Volume } from '../domain/volume/volume.ts';
import { builtInRows, type KeyedRowsStore } from './keyed-rows.ts';
import type { Rows } from './projection.ts';

/** What the array said of its pools together; `null` until it said something. */
interface Measured {
  readonly total_capacity_bytes: number | null;
  readonly free_capacity_bytes: number | null;
  /** The sum of the volumes' sizes as the array counts them, others' volumes included. */
  readonly provisioned_capacity_bytes: number | null;
}

/** How full a backend was from an event on. */
export interface CapacityPoint extends Measured {
  readonly backend_name: string;
  readonly at: string;
  /** Decimal. */
  readonly position: string;
  /** The sum of the sizes of the volumes that the log knows. */
  readonly allocated_bytes: number;
  readonly volumes: number;
}

// Rows are JSON, so their types are type aliases: interfaces have no index signature.
type CurrentRow = { [Key in keyof Measured]: Measured[Key] } & {
  readonly kind: 'current';
  readonly allocated_gib: number;
  readonly volumes: number;
};
type VolumeRow = {
  readonly kind: 'volume';
  readonly backend_name: string;
  readonly size: number;
  /** Whether its creation ended well: from then on it takes space. */
  readonly counted: boolean;
};
type PointRow = { [Key in keyof CapacityPoint]: CapacityPoint[Key] } & { readonly kind: 'point' };
type CapacityRow = CurrentRow | VolumeRow | PointRow;

const GIB = 1024 ** 3;

const currentKey = (backend: string): string => `current/${backend}`;
const volumeKey = (id: string): string => `volume/${id}`;
/** Names of backends hold no slash. Positions have leading zeros, so that text sorts as numbers do. */
const pointsOf = (backend: string): string => `point/${backend}/`;
const pointKey = (backend: string, position: bigint): string => pointsOf(backend) + String(position).padStart(19, '0');

const NOTHING: CurrentRow = {
  kind: 'current',
  total_capacity_bytes: null,
  free_capacity_bytes: null,
  provisioned_capacity_bytes: null,
  allocated_gib: 0,
  volumes: 0,
};

const measured = ({ pools }: BackendStats): Measured => {
  const sum = (amount: (pool: BackendStats['pools'][number]) => number): number =>
    pools.reduce((total, pool) => total + amount(pool), 0);
  return {
    total_capacity_bytes: sum((pool) => pool.total_capacity_bytes),
    free_capacity_bytes: sum((pool) => pool.free_capacity_bytes),
    provisioned_capacity_bytes: sum((pool) => pool.provisioned_capacity_bytes),
  };
};

type CapacityRows = Rows<CapacityRow>;

/** Changes where a backend stands, and adds the point at which it did. */
const mark = (rows: CapacityRows, event: ScoriaEvent, backend_name: string, change: Partial<CurrentRow>): void => {
  const before = currentOf(rows, backend_name);
  const { kind, allocated_gib, ...rest } = { ...before, ...change };
  rows.set(currentKey(backend_name), { kind, allocated_gib, ...rest });
  const [at, position] = [event.meta.at, String(event.position)];
  const allocated_bytes = allocated_gib * GIB;
  rows.set(pointKey(backend_name, event.position), {
    ...rest,
    kind: 'point',
    backend_name,
    at,
    position,
    allocated_bytes,
  });
};

const currentOf = (rows: CapacityRows, backend_name: string): CurrentRow =>
  (rows.get(currentKey(backend_name)) as CurrentRow | undefined) ?? NOTHING;

/** Keeps the volume's row, and what it adds to or takes from its backend. */
const place = (rows: CapacityRows, event: ScoriaEvent, id: string, after: VolumeRow | null): void => {
  const before = rows.get(volumeKey(id)) as VolumeRow | undefined;
  if (after === null) rows.delete(volumeKey(id));
  else rows.set(volumeKey(id), after);
  const backend_name = after?.backend_name ?? before?.backend_name;
  const [taken, takes] = [before?.counted ? before : null, after?.counted ? after : null];
  if (backend_name === undefined || (taken === null && takes === null)) return;
  const { allocated_gib, volumes } = currentOf(rows, backend_name);
  mark(rows, event, backend_name, {
    allocated_gib: allocated_gib + (takes?.size ?? 0) - (taken?.size ?? 0),
    volumes: volumes + (takes === null ? 0 : 1) - (taken === null ? 0 : 1),
  });
};

const planned = ({ size, backend_name }: Pick<Volume, 'size' | 'backend_name'>, counted: boolean): VolumeRow => ({
  kind: 'volume',
  backend_name,
  size,
  counted,
});

const foldVolume = (rows: CapacityRows, event: ScoriaEvent): void => {
  const id = resourceIdOf(event.stream);
  const known = rows.get(volumeKey(id)) as VolumeRow | undefined;
  switch (event.type) {
    case 'VolumeCreationRequested':
    case 'VolumeCopyRequested':
    case 'VolumeAdoptionRequested':
      place(rows, event, id, planned(event.data.volume, false));
      return;
    case 'VolumeCreated':
    case 'VolumeAdopted':
      if (known !== undefined) place(rows, event, id, { ...known, counted: true });
      return;
    case 'VolumeExtended':
      if (known !== undefined) place(rows, event, id, { ...known, size: event.data.size });
      return;
    case 'VolumeDeleted':
    case 'VolumeForgotten':
    case 'VolumeAdoptionFailed':
      place(rows, event, id, null);
      return;
    case 'VolumeImported': {
      const { volume } = event.data.state;
      const gone = volume === null || volume.status === 'deleted';
      place(rows, event, id, gone ? null : planned(volume, !['creating', 'managing'].includes(volume.status)));
    }
  }
};

const statsOf = (event: ScoriaEvent): BackendStats | null => {
  switch (event.type) {
    case 'BackendAdded':
    case 'BackendChanged':
    case 'BackendStatsChanged':
      return event.data.stats;
    case 'BackendImported':
      return event.data.state.backend?.stats ?? null;
    default:
      return null;
  }
};

/** How full each backend was over time. Moves when it is read: nothing is decided on it. */
export const capacity = builtInRows<CapacityRow>({
  name: 'capacity',
  version: 2,
  moves: 'when read',
  fold(rows, event) {
    const stats = statsOf(event);
    if (stats === null) foldVolume(rows, event);
    else mark(rows, event, resourceIdOf(event.stream), measured(stats));
  },
});

export type CapacityStore = KeyedRowsStore<CapacityRow>;

/** The points of one backend or of all, each backend's in the order of the log. */
export const capacityOf = (store: CapacityStore, backend?: string): CapacityPoint[] =>
  store.list(backend === undefined ? 'point/' : pointsOf(backend)).map(({ row }) => {
    const { kind, ...point } = row as PointRow;
    return point;
  });
