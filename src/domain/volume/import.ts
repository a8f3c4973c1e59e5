import { z } from 'zod';
import { Text } from '../json.ts';
import { type VolumeState, VolumeStateSchema, volumeEvents } from './volume.ts';

/** A volume that another log knew, with all that this log was told of it. Not a creation: nothing was made. */
export const VolumeImported = volumeEvents.fact(
  'VolumeImported',
  z.strictObject({ source: Text, state: VolumeStateSchema }),
  (_state, { data }): VolumeState => data.state,
);
