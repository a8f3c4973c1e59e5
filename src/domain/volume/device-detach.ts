import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { Text } from '../json.ts';
import { connectionNotFound } from './checks.ts';
import { connectedElsewhere, type ThisHostFacts } from './device-attach.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import {
  attachStatus,
  type Connection,
  FailureSchema,
  ResourceId,
  type VolumeState,
  volumeEvents,
  withConnection,
  withVolume,
} from './volume.ts';

/** Once the array may have let the host go, nothing that its device does makes it connected again. */
const unlessDisconnecting = (
  { connections }: VolumeState,
  { connection_id }: { readonly connection_id: string },
  status: Connection['status'],
): Partial<Connection> => (connections[connection_id]?.status === 'error_disconnecting' ? {} : { status });

const detached = (state: VolumeState, data: { readonly connection_id: string }): VolumeState => {
  const status = unlessDisconnecting(state, data, 'reserved');
  const next = withConnection(state, data.connection_id, { ...status, device: null });
  return withVolume(next, { attach_status: attachStatus(next.connections) });
};

/** The device is about to be flushed and removed from this host. */
export const DeviceDetachmentRequested = volumeEvents.intent(
  'DeviceDetachmentRequested',
  z.strictObject({ connection_id: ResourceId, force: z.boolean() }),
  (state, { data }) => withConnection(state, data.connection_id, unlessDisconnecting(state, data, 'detaching')),
);
/** `ignored_errors` is what a forced detachment went past. */
export const DeviceDetached = volumeEvents.outcome(
  'DeviceDetached',
  z.strictObject({ connection_id: ResourceId, ignored_errors: z.array(Text).readonly() }),
  (state, { data }) => detached(state, data),
);
/** The connection is `error_detaching`; the device may still be there. */
export const DeviceDetachmentFailed = volumeEvents.outcome(
  'DeviceDetachmentFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => withConnection(state, data.connection_id, unlessDisconnecting(state, data, 'error_detaching')),
);
/** A consumer on another host says that the device is gone from there. */
export const DetachmentReported = volumeEvents.fact(
  'DetachmentReported',
  z.strictObject({ connection_id: ResourceId }),
  (state, { data }) => detached(state, data),
);

/**
 * Detaches a connection from this host; it stays connected. `force` goes on past errors and records them; it
 * needs a reason.
 */
export const DetachDevice = command(
  'DetachDevice',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId, force: z.boolean().optional() }),
);

/** Records that a device that was attached elsewhere is detached. */
export const ReportDetachment = command(
  'ReportDetachment',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId }),
);

export const decideDetachDevice = (
  state: VolumeState,
  { connection_id, force = false }: InputOf<typeof DetachDevice>,
  facts: SnapshotFacts & ThisHostFacts,
): Decision => {
  const connection = state.connections[connection_id];
  if (connection === undefined) return facts.idKnown ? nothingToDo : refuse(connectionNotFound(connection_id));
  // A failed attachment may have left something on the host, so it is detached too.
  const { device, status, connection_info } = connection;
  if (connection_info === null || (device === null && status === 'reserved')) return nothingToDo;
  const { host } = connection.connector;
  if (host !== undefined && host !== facts.thisHost && !force) {
    return refuse(connectedElsewhere(connection_id, String(host), facts.thisHost));
  }
  return record(DeviceDetachmentRequested.of({ connection_id, force }));
};

export const decideReportDetachment = (
  state: VolumeState,
  { connection_id }: InputOf<typeof ReportDetachment>,
  { idKnown }: SnapshotFacts,
): Decision => {
  const connection = state.connections[connection_id];
  if (connection === undefined) return idKnown ? nothingToDo : refuse(connectionNotFound(connection_id));
  return connection.device === null ? nothingToDo : record(DetachmentReported.of({ connection_id }));
};
