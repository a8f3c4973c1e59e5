import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf } from '../decision.ts';
import { Text } from '../json.ts';
import { liveVolume } from './checks.ts';
import { Name, ResourceId, type VolumeState, volumeEvents, withVolume } from './volume.ts';

/** The volume has another name, or none. */
export const VolumeRenamed = volumeEvents.fact(
  'VolumeRenamed',
  z.strictObject({ name: Name.nullable(), previous_name: Name.nullable() }),
  (state, { data }) => withVolume(state, { name: data.name }),
);
/** The volume has another description, or none. */
export const VolumeDescribed = volumeEvents.fact(
  'VolumeDescribed',
  z.strictObject({ description: Text.nullable() }),
  (state, { data }) => withVolume(state, { description: data.description }),
);

/** Changes name, description or both; what is left out stays, `null` takes away. */
export const RenameVolume = command(
  'RenameVolume',
  z
    .strictObject({ volume_id: ResourceId, name: Name.nullable().optional(), description: Text.nullable().optional() })
    .refine((input) => input.name !== undefined || input.description !== undefined, {
      error: 'must give a name, a description or both',
    }),
);

export const decideRenameVolume = (state: VolumeState, input: InputOf<typeof RenameVolume>): Decision => {
  const volume = liveVolume(state, input.volume_id);
  if (E.isLeft(volume)) return volume;
  const { name: previous_name, description: previous_description } = volume.right;
  const { name = previous_name, description = previous_description } = input;
  return E.right([
    ...(name === previous_name ? [] : [VolumeRenamed.of({ name, previous_name })]),
    ...(description === previous_description ? [] : [VolumeDescribed.of({ description })]),
  ]);
};
