import { z } from 'zod';
import { Text } from '../json.ts';
import { volumeEvents, withVolume } from './volume.ts';

/**
 * The driver could not tell whether the effect happened. The volume is in error and the question stays visible; the
 * same command, repeated, asks it again.
 */
export const VolumeOutcomeUnknown = volumeEvents.unknown(
  'VolumeOutcomeUnknown',
  z.strictObject({ question: Text }),
  (state) => (state.volume?.status === 'deleted' ? state : withVolume(state, { status: 'error' })),
);
