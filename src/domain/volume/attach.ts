import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, record, refuse } from '../decision.ts';
import { type JsonObject, JsonObjectSchema } from '../json.ts';
import { type BackendFacts, changeableBackend, volumeInStatus } from './checks.ts';
import { type ConnectorFacts, connectionAttributes, refusedConnection } from './connect.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents } from './volume.ts';

/** Connect, then attach on this host; a failed attachment disconnects again. */
export const VolumeAttachmentRequested = volumeEvents.intent(
  'VolumeAttachmentRequested',
  z.strictObject({ connection_id: ResourceId, connector: JsonObjectSchema, ...connectionAttributes }),
);
/** The device is on this host; `ConnectionInitialized` and `DeviceAttached` of the same chain say how. */
export const VolumeAttached = volumeEvents.outcome('VolumeAttached', z.strictObject({ connection_id: ResourceId }));
/** No connection of this attempt is left. */
export const VolumeAttachmentFailed = volumeEvents.outcome(
  'VolumeAttachmentFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
);

/** Connects this host and attaches the device here. `id` is the connection's. */
export const AttachVolume = command(
  'AttachVolume',
  z.strictObject({ id: ResourceId, volume_id: ResourceId, ...connectionAttributes }),
);

export interface HostFacts {
  /** This host's connector properties. */
  readonly connector: JsonObject;
}

export const decideAttachVolume = (
  state: VolumeState,
  input: InputOf<typeof AttachVolume>,
  facts: BackendFacts & ConnectorFacts & SnapshotFacts & HostFacts,
): Decision => {
  const volume = volumeInStatus(state, input.volume_id, 'attached', ['available', 'in-use']);
  if (E.isLeft(volume)) return volume;
  const refused = refusedConnection(state, volume.right, { id: input.id, connector: facts.connector }, facts);
  if (refused !== null) return refuse(refused);
  const backend = changeableBackend(facts.backend, volume.right.backend_name);
  if (E.isLeft(backend)) return backend;
  const { id: connection_id, volume_id, ...rest } = input;
  return record(VolumeAttachmentRequested.of({ connection_id, connector: facts.connector, ...rest }));
};
