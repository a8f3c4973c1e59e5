import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { connectionOf } from './checks.ts';
import {
  DeviceSchema,
  FailureSchema,
  ResourceId,
  type VolumeState,
  volumeEvents,
  withConnection,
  withVolume,
} from './volume.ts';

const AttachedSchema = z.strictObject({ connection_id: ResourceId, device: DeviceSchema });

const attached = (state: VolumeState, { connection_id, device }: z.infer<typeof AttachedSchema>): VolumeState =>
  state.connections[connection_id] === undefined
    ? state
    : withVolume(withConnection(state, connection_id, { status: 'attached', device }), { attach_status: 'attached' });

/** This host is about to attach the device of a connection. */
export const DeviceAttachmentRequested = volumeEvents.intent(
  'DeviceAttachmentRequested',
  z.strictObject({ connection_id: ResourceId }),
  (state, { data }) => withConnection(state, data.connection_id, { status: 'attaching' }),
);
/** The device is on this host. */
export const DeviceAttached = volumeEvents.outcome('DeviceAttached', AttachedSchema, (state, { data }) =>
  attached(state, data),
);
/** The host stays connected, without a device. */
export const DeviceAttachmentFailed = volumeEvents.outcome(
  'DeviceAttachmentFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => withConnection(state, data.connection_id, { status: 'error_attaching' }),
);
/** A consumer on another host says which device it attached. */
export const DeviceReported = volumeEvents.fact('DeviceReported', AttachedSchema, (state, { data }) =>
  attached(state, data),
);

/** Attaches a connection on this host. */
export const AttachDevice = command(
  'AttachDevice',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId }),
);
/** Cinder's and cinderlib's device_attached: records a device that was attached elsewhere. */
export const ReportDevice = command(
  'ReportDevice',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId, device: DeviceSchema }),
);

export interface ThisHostFacts {
  /** The name of this host, as its connector properties have it. */
  readonly thisHost: string;
}

export const decideAttachDevice = (
  state: VolumeState,
  { connection_id }: InputOf<typeof AttachDevice>,
  { thisHost }: ThisHostFacts,
): Decision => {
  const connection = connectionOf(state, connection_id);
  if (E.isLeft(connection)) return connection;
  const { connector, connection_info, status, device } = connection.right;
  if (connector.host !== undefined && connector.host !== thisHost) {
    return refuse(connectedElsewhere(connection_id, String(connector.host), thisHost));
  }
  if (device !== null) return nothingToDo;
  if (connection_info === null || !['reserved', 'error_attaching'].includes(status)) {
    return refuse(notAttachable(connection_id, status));
  }
  return record(DeviceAttachmentRequested.of({ connection_id }));
};

export const decideReportDevice = (state: VolumeState, input: InputOf<typeof ReportDevice>): Decision => {
  const { connection_id, device } = input;
  const connection = connectionOf(state, connection_id);
  if (E.isLeft(connection)) return connection;
  const { status, connection_info, device: known } = connection.right;
  if (known !== null && sameDevice(known, device)) return nothingToDo;
  if (connection_info === null || !['reserved', 'attached', 'error_attaching'].includes(status)) {
    return refuse(notAttachable(connection_id, status));
  }
  return record(DeviceReported.of({ connection_id, device }));
};

export const connectedElsewhere = (connection_id: string, host: string, thisHost: string) =>
  rejections.InvalidConnection(
    `connection ${connection_id} is for host ${host}, and this is ${thisHost}`,
    `attach and detach it on ${host}`,
    { connection_id, host },
  );

const sameDevice = (a: z.infer<typeof DeviceSchema>, b: z.infer<typeof DeviceSchema>): boolean => {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]));
};

const notAttachable = (connection_id: string, status: string) =>
  rejections.InvalidConnection(
    `connection ${connection_id} is ${status}, so it cannot be attached`,
    'it must be reserved: connected, and not attached',
    { connection_id, status },
  );
