import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { BackendName } from '../backend/backend.ts';
import type { ResourceFacts } from '../backend/delete-resource.ts';
import { knownToRecord, resourceBusy, resourceNotFound, wholeGiB } from '../backend/resource.ts';
import { command, type Decision, type Facts, type InputOf, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { type BackendFacts, backendForVolume } from './checks.ts';
import { creating, idTaken, PlannedVolumeSchema, plan, volumeAttributes } from './create.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents, withVolume } from './volume.ts';

/** What the array has under `reference` is about to become a volume of the record. Nothing is made. */
export const VolumeAdoptionRequested = volumeEvents.intent(
  'VolumeAdoptionRequested',
  z.strictObject({ volume: PlannedVolumeSchema, reference: Text }),
  (state, { data, meta }) => ({ ...state, volume: { ...creating(data.volume, meta.at), status: 'managing' } }),
);
/** The volume may be used, with the bytes that it had. */
export const VolumeAdopted = volumeEvents.outcome('VolumeAdopted', z.strictObject({ reference: Text }), (state) =>
  withVolume(state, { status: 'available' }),
);
/** What the array has is as it was, and the id is free again. */
export const VolumeAdoptionFailed = volumeEvents.outcome(
  'VolumeAdoptionFailed',
  z.strictObject({ reference: Text, failure: FailureSchema }),
  (state) => ({ ...state, volume: null }),
);

/**
 * Makes a volume that only the array knows one of the record (Cinder's manage). `reference` is its name on the array; its
 * size, in whole GiB, is what it has there. Needs a reason.
 */
export const AdoptVolume = command(
  'AdoptVolume',
  z.strictObject({ id: ResourceId, backend: BackendName, reference: Text.min(1), ...volumeAttributes }),
);

export const decideAdoptVolume = (
  state: VolumeState,
  input: InputOf<typeof AdoptVolume>,
  { resource, owner, busy, ...facts }: Facts & BackendFacts & ResourceFacts,
): Decision => {
  const { id, backend: backend_name, reference, ...attributes } = input;
  const taken = idTaken(state, id);
  if (taken !== null) return refuse(taken);
  const { multiattach, pool_name } = attributes;
  const size = wholeGiB(resource?.sizeBytes ?? 0n);
  const backend = backendForVolume(
    facts.backend,
    backend_name,
    { size, multiattach, pool_name },
    'resources',
    'manage',
  );
  if (E.isLeft(backend)) return backend;
  if (resource === null) return refuse(resourceNotFound(backend_name, reference));
  if (owner !== null) return refuse(knownToRecord(reference, owner));
  if (busy !== null) return refuse(resourceBusy(reference, busy));
  const reason = resource.kind === 'volume' ? resource.reason_not_safe : `it is no volume, but a ${resource.kind}`;
  if (reason !== null || size === 0) {
    return refuse(
      rejections.NotAdoptable(
        `${reference} on backend "${backend_name}" cannot be adopted: ${reason ?? 'it is empty'}`,
        '`scoria backend reconcile` says what the array has; `scoria backend delete-resource` deletes it',
        { backend: backend_name, reference },
      ),
    );
  }
  const required = { id, size, backend_name, snapshot_id: null, source_volid: null };
  return record(VolumeAdoptionRequested.of({ volume: plan(required, attributes, facts), reference }));
};
