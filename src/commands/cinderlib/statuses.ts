import type { Snapshot, VolumeStatus } from '../../domain/volume/volume.ts';

/** Hears, in words, what was changed on the way. */
export type Note = (text: string) => void;

/** Those that say the same in both. `deleted` is left out before. */
const VOLUME: Readonly<Record<string, VolumeStatus>> = {
  available: 'available',
  'in-use': 'in-use',
  reserved: 'available',
  error: 'error',
  error_deleting: 'error_deleting',
  deleting: 'error_deleting',
};

const SNAPSHOT: Readonly<Record<string, Snapshot['status']>> = {
  available: 'available',
  error: 'error',
  error_deleting: 'error_deleting',
  deleting: 'error_deleting',
};

/** Nobody works any more on what was under way there: how it ended, only the array can tell. */
const settled = <Status extends string>(
  given: string | null,
  known: Readonly<Record<string, Status>>,
): Status | 'error' => (given !== null && Object.hasOwn(known, given) ? known[given] : undefined) ?? 'error';

const ended = <Status extends string>(
  what: string,
  given: string | null,
  known: Readonly<Record<string, Status>>,
  note: Note,
): Status | 'error' => {
  const status = settled(given, known);
  if (status !== given) {
    note(
      `${what} is ${given ?? 'of no status'} there, and becomes ${status}: \`scoria backend reconcile\` asks the array`,
    );
  }
  return status;
};

/** As an export has it: a status that somebody works on has no meaning where nobody does. */
export const settledVolumeStatus = (given: VolumeStatus): VolumeStatus => settled(given, VOLUME);
export const settledSnapshotStatus = (given: Snapshot['status']): Snapshot['status'] => settled(given, SNAPSHOT);

export const snapshotStatus = (id: string, given: string | null, note: Note): Snapshot['status'] =>
  ended(`the snapshot ${id}`, given, SNAPSHOT, note);

/** The status follows from the connections, where the volume is in order. */
export const volumeStatus = (given: string | null, isConnected: boolean, note: Note): VolumeStatus => {
  const status = ended('it', given, VOLUME, note);
  if (status !== 'available' && status !== 'in-use') return status;
  const resting = isConnected ? 'in-use' : 'available';
  if (resting !== status) note(`it is ${status} there, and ${resting} by its connections`);
  return resting;
};
