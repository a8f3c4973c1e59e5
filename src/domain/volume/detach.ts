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
export const VolumeDetached = volumeEvents.outcome('VolumeDetached', z.strictObject({ connection_id: ResourceId }));
export const VolumeDetachmentFailed = volumeEvents.outcome(
  'VolumeDetachmentFailed',
  z.strictObject({ connection_id: ResourceId, failure: FailureSchema }),
);

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
