import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { connectionNotFound } from './checks.ts';
import type { SnapshotFacts } from './snapshot-create.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents } from './volume.ts';

/** Detach on this host, then disconnect. */
export const VolumeDetachmentRequested = volumeEvents.intent(
  'VolumeDetachmentRequested',
  z.strictObject({ connection_id: ResourceId, force: z.boolean() }),
);
/** The device is off this host and the connection is gone. */
export const VolumeDetached = volumeEvents.outcome('VolumeDetached', z.strictObject({ connection_id: ResourceId }));
/** What is left shows in the connection. */
export const VolumeDetachmentFailed = volumeEvents.outcome(
  'VolumeDetachmentFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
);

/**
 * Detaches the device from this host and disconnects the host. `force` goes on past errors and records them; it needs a
 * reason.
 */
export const DetachVolume = command(
  'DetachVolume',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId, force: z.boolean().optional() }),
);

export const decideDetachVolume = (
  state: VolumeState,
  { connection_id, force = false }: InputOf<typeof DetachVolume>,
  facts: SnapshotFacts,
): Decision => {
  if (state.connections[connection_id] === undefined) {
    return facts.idKnown ? nothingToDo : refuse(connectionNotFound(connection_id));
  }
  return record(VolumeDetachmentRequested.of({ connection_id, force }));
};
