import { z } from 'zod';
import { eventsOf, NO_OPEN_WORK, type OpenIntent, type OpenWork, openWorkShape } from '../aggregate.ts';
import { BackendName } from '../backend/backend.ts';
import { JsonObjectSchema, Text } from '../json.ts';
import { CredentialSchema } from '../sealed.ts';

export const volumeStream = (id: string): string => `volume-${id}`;

/**
 * Ids go into file names, device names and array names. Whether they must be UUIDs is the engine's option
 * (`non_uuid_ids`); these are the characters that are safe everywhere.
 */
export const ResourceId = Text.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/, {
  error: 'must start with a letter or digit and hold only letters, digits, "_", "." and "-" (200 at most)',
}).refine((id) => !(id in Object.prototype), { error: 'must not be a word that JavaScript gives every object' });

/** GiB, as Cinder counts volumes. */
export const Size = z
  .int({ error: 'must be a whole number of GiB' })
  .min(1, { error: 'must be at least 1 GiB' })
  .max(8_388_608, { error: 'must be at most 8388608 GiB (8 PiB)' });

export const Name = Text.max(255, { error: 'must have at most 255 characters' });
export const StringMap = z.record(Text.min(1).max(255), Text.max(255));

/** Cinder's volume statuses that Scoria's operations use. */
export const VolumeStatusSchema = z.enum([
  'creating',
  'managing',
  'available',
  'in-use',
  'extending',
  'reverting',
  'deleting',
  'deleted',
  'error',
  'error_deleting',
]);
export type VolumeStatus = z.infer<typeof VolumeStatusSchema>;

/** What the array told us of a resource: Cinder's model update. */
export const ProviderShape = {
  provider_location: Text.nullable(),
  provider_id: Text.nullable(),
  provider_auth: CredentialSchema.nullable(),
  replication_status: Text.nullable(),
};

export const VolumeSchema = z.strictObject({
  id: ResourceId,
  name: Name.nullable(),
  description: Text.nullable(),
  /** GiB. */
  size: Size,
  status: VolumeStatusSchema,
  attach_status: z.enum(['detached', 'attached']),
  bootable: z.boolean(),
  multiattach: z.boolean(),
  backend_name: BackendName,
  pool_name: Text.nullable(),
  availability_zone: Text.nullable(),
  /** Cinder's `host@backend#pool`. */
  host: Text.nullable(),
  metadata: StringMap,
  extra_specs: StringMap,
  qos_specs: StringMap,
  user_id: Text,
  project_id: Text,
  /** The snapshot or the volume that its first bytes came from. */
  snapshot_id: ResourceId.nullable(),
  source_volid: ResourceId.nullable(),
  created_at: Text,
  ...ProviderShape,
});
export type Volume = z.infer<typeof VolumeSchema>;

export const SnapshotSchema = z.strictObject({
  id: ResourceId,
  volume_id: ResourceId,
  name: Name.nullable(),
  description: Text.nullable(),
  /** GiB, when it was taken. */
  volume_size: Size,
  status: z.enum(['creating', 'available', 'deleting', 'error', 'error_deleting']),
  metadata: StringMap,
  user_id: Text,
  project_id: Text,
  created_at: Text,
  /** Its place in the order of its volume's snapshots, which the clocks of several hosts cannot tell. */
  ordinal: z.int().positive(),
  provider_location: Text.nullable(),
  provider_id: Text.nullable(),
});
export type Snapshot = z.infer<typeof SnapshotSchema>;

/** Credentials in `data` are sealed. */
export const ConnectionInfoSchema = z.strictObject({ driver_volume_type: Text, data: JsonObjectSchema });
export const AttachMode = z.enum(['rw', 'ro']);
export const DeviceSchema = JsonObjectSchema.refine((device) => typeof device.path === 'string' && device.path !== '', {
  error: 'must have a "path" that is the path of a device',
});

export const ConnectionSchema = z.strictObject({
  id: ResourceId,
  volume_id: ResourceId,
  /**
   * Cinder's attachment statuses: `reserved` is connected and not attached. `error_disconnecting`: whether the array
   * lets the host go is not known, so that it can only be disconnected, whatever becomes of the device.
   */
  status: z.enum([
    'connecting',
    'reserved',
    'attaching',
    'attached',
    'detaching',
    'disconnecting',
    'error_attaching',
    'error_detaching',
    'error_disconnecting',
  ]),
  connector: JsonObjectSchema,
  connection_info: ConnectionInfoSchema.nullable(),
  attach_mode: AttachMode,
  attached_host: Text.nullable(),
  instance_uuid: Text.nullable(),
  mountpoint: Text.nullable(),
  /** The device on the host that attached it, in os-brick's shape (`path`, ...). */
  device: DeviceSchema.nullable(),
  created_at: Text,
});
export type Connection = z.infer<typeof ConnectionSchema>;

/** Held by an operation that reads this volume's bytes; keyed by the operation's command id. */
export const PinSchema = z.strictObject({ volume_id: ResourceId, snapshot_id: ResourceId.nullable() });
export type Pin = z.infer<typeof PinSchema>;

export type VolumeState = OpenWork & {
  /** `null` until its creation is asked for; a deleted volume keeps its id taken. */
  readonly volume: Volume | null;
  readonly snapshots: Readonly<Record<string, Snapshot>>;
  readonly connections: Readonly<Record<string, Connection>>;
  readonly pins: Readonly<Record<string, Pin>>;
};
export const newestSnapshot = ({ snapshots }: VolumeState): Snapshot | undefined =>
  Object.values(snapshots).toSorted((a, b) => b.ordinal - a.ordinal)[0];

export const VolumeStateSchema: z.ZodType<VolumeState> = z.strictObject({
  ...openWorkShape,
  volume: VolumeSchema.nullable(),
  snapshots: z.record(z.string(), SnapshotSchema),
  connections: z.record(z.string(), ConnectionSchema),
  pins: z.record(z.string(), PinSchema),
});
export const NO_VOLUME: VolumeState = { ...NO_OPEN_WORK, volume: null, snapshots: {}, connections: {}, pins: {} };

export const volumeEvents = eventsOf<VolumeState>();

export const withVolume = (state: VolumeState, change: Partial<Volume>): VolumeState =>
  state.volume === null ? state : { ...state, volume: { ...state.volume, ...change } };

export const withSnapshot = (state: VolumeState, id: string, change: Partial<Snapshot>): VolumeState => {
  const snapshot = state.snapshots[id];
  return snapshot === undefined
    ? state
    : { ...state, snapshots: { ...state.snapshots, [id]: { ...snapshot, ...change } } };
};

export const withConnection = (state: VolumeState, id: string, change: Partial<Connection>): VolumeState => {
  const connection = state.connections[id];
  return connection === undefined
    ? state
    : { ...state, connections: { ...state.connections, [id]: { ...connection, ...change } } };
};

export const without = <Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));

/** The questions that are not about a snapshot or a connection, but about the volume itself. */
export const isAboutVolume = ({ snapshots, connections }: VolumeState, { subject }: OpenIntent): boolean =>
  subject === null || (snapshots[subject] === undefined && connections[subject] === undefined);

/** Whether the host is let in, as far as the record goes: whether the array let it go was perhaps never known. */
export const isConnected = ({ connection_info, status }: Connection): boolean =>
  connection_info !== null && status !== 'error_disconnecting';

/** The status of a volume that nothing is being done to. */
export const restingStatus = (state: VolumeState): 'in-use' | 'available' =>
  Object.keys(state.connections).length > 0 ? 'in-use' : 'available';

/** A volume in error stays so when a host goes. */
export const statusAfterDisconnection = (state: VolumeState): VolumeStatus =>
  state.volume === null || state.volume.status === 'in-use' ? restingStatus(state) : state.volume.status;

export const attachStatus = (connections: VolumeState['connections']): Volume['attach_status'] =>
  Object.values(connections).some((connection) => connection.device !== null) ? 'attached' : 'detached';

/** Why an operation failed, as its failure event records it. No secret goes in. */
export const FailureSchema = z.strictObject({ code: Text, message: Text, remedy: Text });
export type Failure = z.infer<typeof FailureSchema>;
