import { z } from 'zod';
import { ClaimShape } from '../aggregate.ts';
import { volumeEvents } from './volume.ts';

/** Another executor goes on with an operation on the volume: the one that began it is gone. */
export const VolumeOperationClaimed = volumeEvents.claim('VolumeOperationClaimed', z.strictObject(ClaimShape));
