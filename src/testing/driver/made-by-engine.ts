import type { VolumeDocument } from '../../projections/documents.ts';
import type { Made } from './made.ts';

/** All that a volume's record says may be on the array. */
export const madeOf = ({
  snapshots,
  connections,
  pins: _,
  open: _open,
  questions: _asked,
  ...volume
}: VolumeDocument) =>
  [
    { kind: 'volume', id: volume.id, volume },
    ...snapshots.map((snapshot): Made => ({ kind: 'snapshot', id: snapshot.id, volume, snapshot })),
    ...connections.map((connection): Made => ({ kind: 'connection', id: connection.id, volume, connection })),
  ] satisfies readonly Made[];
