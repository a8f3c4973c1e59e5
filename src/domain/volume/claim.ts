import { z } from 'zod';
import { ClaimShape, OfferShape } from '../aggregate.ts';
import { volumeEvents } from './volume.ts';

/** Another executor goes on with an operation on the volume: it was offered, or the one that began it is gone. */
export const VolumeOperationClaimed = volumeEvents.claim('VolumeOperationClaimed', z.strictObject(ClaimShape));

/** This host may not execute the operation for the backend: executors on others may take it up until then. */
export const VolumeOperationOffered = volumeEvents.offer('VolumeOperationOffered', z.strictObject(OfferShape));
