import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { volumeNotFound } from './checks.ts';
import { pinned } from './delete.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents, withVolume } from './volume.ts';

const Parts = z.strictObject({
  snapshots: z.array(ResourceId).readonly(),
  connections: z.array(ResourceId).readonly(),
});

/** The record of the volume is about to end. No driver is called. By force, the array was not asked. */
export const VolumeForgetRequested = volumeEvents.intent(
  'VolumeForgetRequested',
  Parts.extend({ force: z.boolean() }),
  (state) => withVolume(state, { status: 'deleting' }),
);
/** As with a deleted volume, its id stays taken. Its snapshots and connections ended with it. */
export const VolumeForgotten = volumeEvents.outcome('VolumeForgotten', Parts, (state) => ({
  ...withVolume(state, { status: 'deleted', attach_status: 'detached' }),
  snapshots: {},
  connections: {},
  questions: [],
}));
/** The volume is in error, with all that it had. */
export const VolumeForgetFailed = volumeEvents.outcome(
  'VolumeForgetFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error' }),
);

/**
 * Ends the record of a volume that is gone from the array, its snapshots and connections with it; the array is not
 * touched. `force` does not ask the array whether it has it still. Needs a reason.
 */
export const ForgetVolume = command(
  'ForgetVolume',
  z.strictObject({ volume_id: ResourceId, force: z.boolean().optional() }),
);

export interface StillThereFacts {
  /** What the array has of the volume and its snapshots, in words; empty when it was not asked. */
  readonly stillThere: readonly string[];
}

export const decideForgetVolume = (
  state: VolumeState,
  { volume_id, force = false }: InputOf<typeof ForgetVolume>,
  { stillThere }: StillThereFacts,
): Decision => {
  if (state.volume === null) return refuse(volumeNotFound(volume_id));
  if (state.volume.status === 'deleted') return nothingToDo;
  const copies = pinned(state, volume_id);
  if (copies !== null) return refuse(copies);
  if (stillThere.length > 0) {
    return refuse(
      rejections.StillOnArray(
        `the array has ${stillThere.join(', ')} still`,
        'delete what is there, or forget it by force: then nobody knows whose it is',
        { volume_id, still_there: stillThere },
      ),
    );
  }
  const parts = { snapshots: Object.keys(state.snapshots), connections: Object.keys(state.connections) };
  return record(VolumeForgetRequested.of({ ...parts, force }));
};
