import { z } from 'zod';
import { Text } from '../json.ts';
import { type Connection, type Snapshot, type Volume, type VolumeState, volumeEvents } from './volume.ts';

/**
 * The driver could not tell whether the effect happened. What was under way (the volume, a snapshot or a connection) is
 * in error and the question stays visible; the same command, repeated, asks it again.
 */
export const VolumeOutcomeUnknown = volumeEvents.unknown(
  'VolumeOutcomeUnknown',
  z.strictObject({ question: Text }),
  (state): VolumeState => ({
    ...state,
    volume: state.volume && { ...state.volume, status: volumeAfter[state.volume.status] ?? state.volume.status },
    snapshots: mapped(state.snapshots, (snapshot) => ({
      ...snapshot,
      status: snapshotAfter[snapshot.status] ?? snapshot.status,
    })),
    connections: mapped(state.connections, (connection) => ({
      ...connection,
      status: connectionAfter[connection.status] ?? connection.status,
    })),
  }),
);

const volumeAfter: { readonly [Status in Volume['status']]?: Volume['status'] } = {
  creating: 'error',
  extending: 'error',
  reverting: 'error',
  deleting: 'error',
};
const snapshotAfter: { readonly [Status in Snapshot['status']]?: Snapshot['status'] } = {
  creating: 'error',
  deleting: 'error',
};
const connectionAfter: { readonly [Status in Connection['status']]?: Connection['status'] } = {
  connecting: 'error_attaching',
  attaching: 'error_attaching',
  detaching: 'error_detaching',
  disconnecting: 'error_detaching',
};

const mapped = <Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Value) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
