import { defineProjection, type Rows, resourceIdOf } from 'scoria';
import { monthsBetween } from './months.ts';

/** What takes space: at which size and since when. The time before that stands in the rows of usage. */
export type Holding = {
  readonly kind: 'volume' | 'snapshot';
  readonly project: string;
  readonly gib: number;
  /** `null` until the array has made it. A creation that failed is never counted. */
  readonly since: string | null;
};

/** What a project has used in a calendar month (UTC): GiB times milliseconds, as decimal text, which is exact. */
export type Usage = {
  readonly kind: 'usage';
  readonly month: string;
  readonly project: string;
  readonly volume_gib_ms: string;
  readonly snapshot_gib_ms: string;
};

export type ChargebackRow = Holding | Usage;

const volumeKey = (id: string): string => `volume/${id}`;
const snapshotKey = (id: string): string => `snapshot/${id}`;
const usageKey = (month: string, project: string): string => `usage/${month}/${project}`;

const holdingAt = (rows: Rows<ChargebackRow>, key: string): Holding | null => {
  const row = rows.get(key);
  return row === undefined || row.kind === 'usage' ? null : row;
};

const addUsage = (rows: Rows<ChargebackRow>, { kind, project }: Holding, month: string, gibMs: bigint): void => {
  const key = usageKey(month, project);
  const row = rows.get(key);
  const before = row?.kind === 'usage' ? row : { volume_gib_ms: '0', snapshot_gib_ms: '0' };
  const field = `${kind}_gib_ms` as const;
  rows.set(key, {
    kind: 'usage',
    month,
    project,
    volume_gib_ms: before.volume_gib_ms,
    snapshot_gib_ms: before.snapshot_gib_ms,
    [field]: String(BigInt(before[field]) + gibMs),
  });
};

/**
 * Moves a holding's time up to `at` into the rows of usage. A fold has no clock, so this happens when an event says that
 * something changed, and once more when somebody reads (`bill.ts`).
 */
export const settle = (rows: Rows<ChargebackRow>, key: string, at: string): void => {
  const holding = holdingAt(rows, key);
  if (holding === null || holding.since === null) return;
  // Clocks of several hosts may differ: time that was counted is not taken back.
  if (at <= holding.since) return;
  for (const { month, ms } of monthsBetween(holding.since, at)) {
    addUsage(rows, holding, month, BigInt(holding.gib) * ms);
  }
  rows.set(key, { ...holding, since: at });
};

const startCounting = (rows: Rows<ChargebackRow>, key: string, at: string): void => {
  const holding = holdingAt(rows, key);
  if (holding !== null) rows.set(key, { ...holding, since: at });
};

const resize = (rows: Rows<ChargebackRow>, key: string, at: string, gib: number): void => {
  settle(rows, key, at);
  const holding = holdingAt(rows, key);
  if (holding !== null) rows.set(key, { ...holding, gib });
};

const end = (rows: Rows<ChargebackRow>, key: string, at: string): void => {
  settle(rows, key, at);
  rows.delete(key);
};

interface Sized {
  readonly status: string;
  readonly project_id: string;
}

/** Another log counted it until it was loaded here. */
const imported = (kind: Holding['kind'], { status, project_id }: Sized, gib: number, at: string): Holding => ({
  kind,
  project: project_id,
  gib,
  since: status === 'creating' ? null : at,
});

/** How much every project uses, month by month. */
export default defineProjection<ChargebackRow>({
  name: 'chargeback',
  version: 1,
  // Nobody decides on a bill, so appends need not wait for it.
  moves: 'when read',
  fold(rows, event) {
    const { at } = event.meta;
    const volume = volumeKey(resourceIdOf(event.stream));
    switch (event.type) {
      case 'VolumeCreationRequested':
      case 'VolumeCopyRequested':
      case 'VolumeAdoptionRequested': {
        const { project_id, size } = event.data.volume;
        rows.set(volume, { kind: 'volume', project: project_id, gib: size, since: null });
        break;
      }
      case 'VolumeCreated':
      case 'VolumeAdopted':
        startCounting(rows, volume, at);
        break;
      case 'VolumeExtended':
        resize(rows, volume, at, event.data.size);
        break;
      case 'VolumeDeleted':
        end(rows, volume, at);
        break;
      case 'VolumeForgotten':
        end(rows, volume, at);
        for (const id of event.data.snapshots) end(rows, snapshotKey(id), at);
        break;
      case 'SnapshotCreationRequested': {
        const { id, project_id, volume_size } = event.data.snapshot;
        rows.set(snapshotKey(id), { kind: 'snapshot', project: project_id, gib: volume_size, since: null });
        break;
      }
      case 'SnapshotCreated':
        startCounting(rows, snapshotKey(event.data.snapshot_id), at);
        break;
      case 'SnapshotDeleted':
        end(rows, snapshotKey(event.data.snapshot_id), at);
        break;
      case 'VolumeImported': {
        const { volume: record, snapshots } = event.data.state;
        if (record === null || record.status === 'deleted') break;
        rows.set(volume, imported('volume', record, record.size, at));
        for (const snapshot of Object.values(snapshots)) {
          rows.set(snapshotKey(snapshot.id), imported('snapshot', snapshot, snapshot.volume_size, at));
        }
      }
    }
  },
});
