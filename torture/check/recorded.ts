import type { RecordedEvent } from '../../src/domain/event.ts';
import type { VolumeState } from '../../src/domain/volume/volume.ts';

/** What the record says that the storage holds. */
export interface RecordedBytes {
  readonly kind: 'volume' | 'snapshot';
  readonly id: string;
  readonly sizeGiB: number;
}

export const recordedBytes = (
  { volume, snapshots }: VolumeState,
  events: readonly RecordedEvent[],
): readonly RecordedBytes[] => {
  const wasMade = events.some(({ type }) => type === 'VolumeCreated');
  const taken = new Set(events.filter(({ type }) => type === 'SnapshotCreated').map(({ data }) => data.snapshot_id));
  const own: readonly RecordedBytes[] =
    volume === null || volume.status === 'deleted' || !wasMade
      ? []
      : [{ kind: 'volume', id: volume.id, sizeGiB: volume.size }];
  const ofSnapshots = Object.values(snapshots).filter(({ id }) => taken.has(id));
  return [...own, ...ofSnapshots.map(({ id, volume_size: sizeGiB }) => ({ kind: 'snapshot', id, sizeGiB }) as const)];
};
