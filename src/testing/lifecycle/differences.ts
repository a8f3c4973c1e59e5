import { hostname } from 'node:os';
import type { RecordedEvent } from '../../domain/event.ts';
import type { VolumeState } from '../../domain/volume/volume.ts';
import type { MemoryArray } from '../../drivers/memory/array.ts';

const GIB = 1024n ** 3n;

/**
 * What the record says of a volume and the array does not, and the other way round. Nothing is excused by a status:
 * every failure says that its effect did not happen. Only these excuse:
 *
 * - an open question, whatever it is about: the record says that it does not know;
 * - an outcome with ignored errors: somebody forced it, and the errors stand in the record;
 * - a connection whose termination failed: it may have come half way, and terminating it again is harmless.
 */
export const differences = (
  array: MemoryArray,
  id: string,
  state: VolumeState,
  events: readonly RecordedEvent[],
): readonly string[] => {
  if (state.questions.length > 0) return [];
  const { volume } = state;
  const made = events.some(({ type }) => type === 'VolumeCreated') && volume !== null && volume.status !== 'deleted';
  const excused = new Set(
    events.flatMap(({ type, data }) =>
      type === 'ConnectionTerminationFailed' || (Array.isArray(data.ignored_errors) && data.ignored_errors.length > 0)
        ? [String(data.connection_id)]
        : [],
    ),
  );
  /** What another told us of its device is not on the array of this process. */
  const reported = new Set(events.flatMap(({ type, data }) => (type === 'DeviceReported' ? [data.connection_id] : [])));
  const said = (what: string, there: unknown, expected: unknown): readonly string[] =>
    there === expected ? [] : [`${what}: the array has ${String(there)}, the record says ${String(expected)}`];

  const snapshots = [...array.snapshots.values()].filter(({ volumeId }) => volumeId === id);
  const connections = [...array.connections.values()].filter(({ volumeId }) => volumeId === id);
  const attachments = [...array.attachments.values()].filter(({ volumeId }) => volumeId === id);
  const taken = new Set(events.flatMap(({ type, data }) => (type === 'SnapshotCreated' ? [data.snapshot_id] : [])));
  const isThere = (snapshot: string) => state.snapshots[snapshot] !== undefined && taken.has(snapshot);

  return [
    ...said(`volume ${id}`, array.volumes.get(id)?.sizeBytes, made ? BigInt(volume.size) * GIB : undefined),
    ...[...Object.keys(state.snapshots), ...snapshots.map((snapshot) => snapshot.id)].flatMap((snapshot) =>
      said(`snapshot ${snapshot}`, array.snapshots.get(snapshot) !== undefined, isThere(snapshot)),
    ),
    ...Object.values(state.snapshots).flatMap(({ id: snapshot, volume_size }) =>
      isThere(snapshot)
        ? said(`size of ${snapshot}`, array.snapshots.get(snapshot)?.sizeBytes, BigInt(volume_size) * GIB)
        : [],
    ),
    ...[...Object.keys(state.connections), ...connections.map((connection) => connection.id)].flatMap((connection) =>
      excused.has(connection)
        ? []
        : said(`connection ${connection}`, array.connections.has(connection), connection in state.connections),
    ),
    ...(excused.size > 0
      ? []
      : said(`export of ${id}`, array.exports.has(id), Object.keys(state.connections).length > 0)),
    ...[...Object.keys(state.connections), ...attachments.map((attachment) => attachment.id)].flatMap((connection) => {
      const known = state.connections[connection];
      if (excused.has(connection) || reported.has(connection) || known?.connector.host !== hostname()) return [];
      return said(`device of ${connection}`, array.attachments.has(connection), known.device !== null);
    }),
  ];
};
