import { z } from 'zod';
import { aggregate, ClaimShape, type EventOf, OfferShape } from '../aggregate.ts';
import { Text } from '../json.ts';
import { BackendAdded, BackendAdditionFailed, BackendAdditionRequested } from './add.ts';
import { type BackendState, BackendStateSchema, backendEvents, NO_BACKEND, withBackend } from './backend.ts';
import { BackendChanged, BackendChangeFailed, BackendChangeRequested } from './change.ts';
import { ResourceDeleted, ResourceDeletionFailed, ResourceDeletionRequested } from './delete-resource.ts';
import {
  BackendFreezeFailed,
  BackendFreezeRequested,
  BackendFrozen,
  BackendThawed,
  BackendThawFailed,
  BackendThawRequested,
} from './freeze.ts';
import { BackendImported } from './import.ts';
import { BackendRemovalFailed, BackendRemovalRequested, BackendRemoved } from './remove.ts';
import { BackendStatsChanged } from './stats.ts';

/** One that never came into use is in error; one that did goes on as it was, with the question open. */
export const BackendOutcomeUnknown = backendEvents.unknown(
  'BackendOutcomeUnknown',
  z.strictObject({ question: Text }),
  (state) => withBackend(state, { status: state.backend?.status === 'adding' ? 'error' : 'available' }),
);
/** Another executor goes on with an operation on the backend: it was offered, or the one that began it is gone. */
export const BackendOperationClaimed = backendEvents.claim('BackendOperationClaimed', z.strictObject(ClaimShape));
/** This host may not execute the operation for the backend: executors on others may take it up until then. */
export const BackendOperationOffered = backendEvents.offer('BackendOperationOffered', z.strictObject(OfferShape));
const definitions = [
  BackendAdditionRequested,
  BackendAdded,
  BackendAdditionFailed,
  BackendChangeRequested,
  BackendChanged,
  BackendChangeFailed,
  BackendRemovalRequested,
  BackendRemoved,
  BackendRemovalFailed,
  BackendStatsChanged,
  BackendFreezeRequested,
  BackendFrozen,
  BackendFreezeFailed,
  BackendThawRequested,
  BackendThawed,
  BackendThawFailed,
  ResourceDeletionRequested,
  ResourceDeleted,
  ResourceDeletionFailed,
  BackendOutcomeUnknown,
  BackendOperationClaimed,
  BackendOperationOffered,
  BackendImported,
] as const;

/** An event of a backend's stream, as readers see it. */
export type BackendEvent = EventOf<(typeof definitions)[number]>;

export const backendAggregate = aggregate<BackendState>('backend', NO_BACKEND, BackendStateSchema, definitions);
