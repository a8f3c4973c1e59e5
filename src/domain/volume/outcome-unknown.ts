import { z } from 'zod';
import { Text } from '../json.ts';
import {
  type Connection,
  restingStatus,
  type Snapshot,
  type VolumeState,
  type VolumeStatus,
  volumeEvents,
} from './volume.ts';

/**
 * The driver could not tell whether the effect happened. What was under way (the volume, a snapshot or a connection) is
 * in error and the question stays visible; the same command, repeated, asks it again.
 */
export const VolumeOutcomeUnknown = volumeEvents.unknown(
  'VolumeOutcomeUnknown',
  z.strictObject({ question: Text }),
  (state): VolumeState => ({
    ...state,
    volume: state.volume && { ...state.volume, status: volumeAfter(state.volume.status, state) },
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

const UNDER_WAY: readonly VolumeStatus[] = ['creating', 'managing', 'extending', 'reverting', 'deleting'];

/** A volume with a connection is in use, also with one that may not have come about. */
const volumeAfter = (status: VolumeStatus, state: VolumeState): VolumeStatus => {
  if (UNDER_WAY.includes(status)) return 'error';
  return status === 'available' ? restingStatus(state) : status;
};
const snapshotAfter: { readonly [Status in Snapshot['status']]?: Snapshot['status'] } = {
  creating: 'error',
  deleting: 'error',
};
const connectionAfter: { readonly [Status in Connection['status']]?: Connection['status'] } = {
  connecting: 'error_attaching',
  attaching: 'error_attaching',
  detaching: 'error_detaching',
  disconnecting: 'error_disconnecting',
};

const mapped = <Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Value) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
