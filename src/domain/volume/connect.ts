import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { nextVersion, questionsWithout } from '../aggregate.ts';
import { command, type Decision, type InputOf, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { JsonObjectSchema, Text } from '../json.ts';
import { type BackendFacts, changeableBackend, volumeInStatus } from './checks.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import {
  AttachMode,
  ConnectionInfoSchema,
  ConnectionSchema,
  FailureSchema,
  ResourceId,
  statusAfterDisconnection,
  type Volume,
  type VolumeState,
  volumeEvents,
  withConnection,
  without,
  withVolume,
} from './volume.ts';

const PlannedConnectionSchema = ConnectionSchema.omit({
  status: true,
  connection_info: true,
  device: true,
  created_at: true,
});

/** The volume is about to be exported, and the host to be connected. */
export const ConnectionInitializationRequested = volumeEvents.intent(
  'ConnectionInitializationRequested',
  z.strictObject({ connection: PlannedConnectionSchema }),
  (state, { data, meta }) => ({
    ...state,
    connections: {
      ...state.connections,
      [data.connection.id]: {
        ...data.connection,
        status: 'connecting',
        connection_info: null,
        device: null,
        created_at: meta.at,
      },
    },
  }),
);
const InitializedSchema = z.strictObject({ connection_id: ResourceId, connection_info: ConnectionInfoSchema });

/** The host can reach the volume by `connection_info`. Since version 2 credentials in it are sealed. */
export const ConnectionInitialized = nextVersion(
  volumeEvents.outcome('ConnectionInitialized', InitializedSchema),
  InitializedSchema,
  (state: VolumeState, { data }) =>
    withVolume(
      withConnection(state, data.connection_id, { status: 'reserved', connection_info: data.connection_info }),
      { status: 'in-use' },
    ),
  (data) => data,
);
/** The export is gone again, and so is the connection. */
export const ConnectionInitializationFailed = volumeEvents.outcome(
  'ConnectionInitializationFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
  (state, { data }) => {
    const next = {
      ...state,
      connections: without(state.connections, data.connection_id),
      questions: questionsWithout(state, data.connection_id),
    };
    return withVolume(next, { status: statusAfterDisconnection(next) });
  },
);

export const connectionAttributes = {
  attach_mode: AttachMode.optional(),
  attached_host: Text.nullable().optional(),
  instance_uuid: Text.nullable().optional(),
  mountpoint: Text.nullable().optional(),
};

/** Exports a volume and connects a host. `connector` is the host's connector properties, in os-brick's shape. */
export const ConnectVolume = command(
  'ConnectVolume',
  z.strictObject({ id: ResourceId, volume_id: ResourceId, connector: JsonObjectSchema, ...connectionAttributes }),
);

export interface ConnectorFacts {
  /** What the driver finds wrong with the connector, by field; empty when it will do. */
  readonly connectorProblems: readonly string[];
}

export const invalidConnector = (problems: readonly string[]): Rejection =>
  rejections.InvalidConnector(
    `the connector does not fit the driver: ${problems.join('; ')}`,
    'give the connector properties of the host that is to attach the volume',
    { problems },
  );

export const decideConnectVolume = (
  state: VolumeState,
  input: InputOf<typeof ConnectVolume>,
  facts: BackendFacts & ConnectorFacts & SnapshotFacts,
): Decision => {
  const volume = volumeInStatus(state, input.volume_id, 'connected', ['available', 'in-use']);
  if (E.isLeft(volume)) return volume;
  const refused = refusedConnection(state, volume.right, input, facts);
  if (refused !== null) return refuse(refused);
  const backend = changeableBackend(facts.backend, volume.right.backend_name);
  if (E.isLeft(backend)) return backend;
  return record(
    ConnectionInitializationRequested.of({
      connection: {
        id: input.id,
        volume_id: input.volume_id,
        connector: input.connector,
        attach_mode: input.attach_mode ?? 'rw',
        attached_host: input.attached_host ?? null,
        instance_uuid: input.instance_uuid ?? null,
        mountpoint: input.mountpoint ?? null,
      },
    }),
  );
};

export const refusedConnection = (
  state: VolumeState,
  volume: Volume,
  input: Pick<InputOf<typeof ConnectVolume>, 'id' | 'connector'>,
  facts: ConnectorFacts & SnapshotFacts,
): Rejection | null => {
  if (facts.idKnown || state.connections[input.id] !== undefined) {
    return rejections.AlreadyExists(`the id ${input.id} is taken`, 'give another id, or none to get a new one', {
      connection_id: input.id,
    });
  }
  if (facts.connectorProblems.length > 0) return invalidConnector(facts.connectorProblems);
  const other = Object.values(state.connections).find(({ connector }) => connector.host !== input.connector.host);
  if (other === undefined || volume.multiattach) return null;
  return rejections.NotMultiattach(
    `volume ${volume.id} is connected to host ${String(other.connector.host)} already`,
    'disconnect that host, or create the volume with multiattach, to connect two hosts',
    { volume_id: volume.id, connection_id: other.id },
  );
};
