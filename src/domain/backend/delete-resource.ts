import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { questionsWithout } from '../aggregate.ts';
import { command, type Decision, type InputOf, record, refuse } from '../decision.ts';
import { Text } from '../json.ts';
import { capableBackend } from '../volume/checks.ts';
import { FailureSchema } from '../volume/volume.ts';
import { BackendName, type BackendState, backendEvents } from './backend.ts';
import {
  type ArrayResource,
  knownToRecord,
  RecordedResourceSchema,
  recordedResource,
  resourceBusy,
  resourceNotFound,
} from './resource.ts';

const Reference = z.strictObject({ reference: Text });

/** Something on the array that the record does not know is about to be deleted. */
export const ResourceDeletionRequested = backendEvents.intent(
  'ResourceDeletionRequested',
  z.strictObject({ reference: Text, resource: RecordedResourceSchema }),
);
/** It is gone from the array, whatever became of earlier attempts. */
export const ResourceDeleted = backendEvents.outcome('ResourceDeleted', Reference, (state, { data }) => ({
  ...state,
  questions: questionsWithout(state, data.reference),
}));
/** It is as it was. */
export const ResourceDeletionFailed = backendEvents.outcome(
  'ResourceDeletionFailed',
  Reference.extend({ failure: FailureSchema }),
);

/** Deletes what the array has and the record does not know, by its name on the array. Needs a reason. */
export const DeleteResource = command('DeleteResource', z.strictObject({ name: BackendName, reference: Text.min(1) }));

/** What is known of something on the array. */
export interface ResourceFacts {
  /** As the array says; `null` when it has nothing of that name. */
  readonly resource: ArrayResource | null;
  /** Whose it is by the record, in words. */
  readonly owner: string | null;
  /** The operation that stands open on it, in words. */
  readonly busy: string | null;
}

export const decideDeleteResource = (
  state: BackendState,
  { name, reference }: InputOf<typeof DeleteResource>,
  { resource, owner, busy }: ResourceFacts,
): Decision => {
  const backend = capableBackend(state, name, 'resources');
  if (E.isLeft(backend)) return backend;
  if (resource === null) return refuse(resourceNotFound(name, reference));
  if (owner !== null) return refuse(knownToRecord(reference, owner));
  if (busy !== null) return refuse(resourceBusy(reference, busy));
  return record(ResourceDeletionRequested.of({ reference, resource: recordedResource(resource) }));
};
