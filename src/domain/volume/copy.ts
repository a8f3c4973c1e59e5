import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import type { Capability } from '../backend/backend.ts';
import { command, type Decision, type Facts, type InputOf, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { type BackendFacts, backendForVolume, snapshotOf, volumeInStatus } from './checks.ts';
import { creating, idTaken, PlannedVolumeSchema, plan, VolumeCreationRequested, volumeAttributes } from './create.ts';
import { FailureSchema, ResourceId, Size, type Volume, type VolumeState, volumeEvents, withVolume } from './volume.ts';

/**
 * A copy spans two streams. Its intent stands in the stream of the volume that is made; its children pin the source,
 * create the volume and unpin the source.
 */
export const VolumeCopyRequested = volumeEvents.intent(
  'VolumeCopyRequested',
  z.strictObject({ volume: PlannedVolumeSchema, source_volume_id: ResourceId }),
  (state, { data, meta }) => ({ ...state, volume: creating(data.volume, meta.at) }),
);
/** The copy is made and its source is free again. */
export const VolumeCopied = volumeEvents.outcome('VolumeCopied', z.strictObject({}));
/** There is no copy; its source is free again. */
export const VolumeCopyFailed = volumeEvents.outcome(
  'VolumeCopyFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error' }),
);

const copyAttributes = { id: ResourceId, size: Size.optional(), ...volumeAttributes };

/** A new volume with the bytes of another; the size defaults to the source's and may be larger. */
export const CloneVolume = command('CloneVolume', z.strictObject({ volume_id: ResourceId, ...copyAttributes }));

/** A new volume with the bytes of a snapshot; the size defaults to the snapshot's and may be larger. */
export const CreateVolumeFromSnapshot = command(
  'CreateVolumeFromSnapshot',
  z.strictObject({ volume_id: ResourceId, snapshot_id: ResourceId, ...copyAttributes }),
);

/** The child that makes the volume; its intent, outcome and failure are those of any creation. */
export const CreateVolumeFromSource = command('CreateVolumeFromSource', z.strictObject({ volume_id: ResourceId }));

export interface CopyFacts extends Facts, BackendFacts {
  /** The state of the source volume's stream. */
  readonly source: VolumeState;
}

type CopyInput = InputOf<typeof CloneVolume> | InputOf<typeof CreateVolumeFromSnapshot>;

const tooSmall = (asked: number, atLeast: number, what: string): Rejection =>
  rejections.CannotShrink(
    `${asked} GiB is smaller than ${what}, which has ${atLeast} GiB`,
    `give at least ${atLeast} GiB`,
    {
      asked,
      size: atLeast,
    },
  );

/** What is copied passes on what the caller did not say; name and description do not carry over. */
const inherited = (source: Volume, input: CopyInput) => ({
  ...input,
  bootable: input.bootable ?? source.bootable,
  multiattach: input.multiattach ?? source.multiattach,
  pool_name: input.pool_name ?? source.pool_name,
  availability_zone: input.availability_zone ?? source.availability_zone,
  host: input.host ?? source.host,
  extra_specs: input.extra_specs ?? source.extra_specs,
  qos_specs: input.qos_specs ?? source.qos_specs,
});

const copyOf = (
  state: VolumeState,
  source: Volume,
  atLeast: { readonly size: number; readonly what: string; readonly snapshot_id: string | null },
  input: CopyInput,
  capability: Capability,
  facts: CopyFacts,
): Decision => {
  const taken = idTaken(state, input.id);
  if (taken !== null) return refuse(taken);
  const size = input.size ?? atLeast.size;
  if (size < atLeast.size) return refuse(tooSmall(size, atLeast.size, atLeast.what));
  const { multiattach, pool_name } = input;
  const backend = backendForVolume(facts.backend, source.backend_name, { size, multiattach, pool_name }, capability);
  if (E.isLeft(backend)) return backend;
  const required = {
    id: input.id,
    size,
    backend_name: source.backend_name,
    snapshot_id: atLeast.snapshot_id,
    source_volid: atLeast.snapshot_id === null ? source.id : null,
  };
  const volume = plan(required, inherited(source, input), facts);
  return record(VolumeCopyRequested.of({ volume, source_volume_id: source.id }));
};

export const decideCloneVolume = (
  state: VolumeState,
  input: InputOf<typeof CloneVolume>,
  facts: CopyFacts,
): Decision => {
  const source = volumeInStatus(facts.source, input.volume_id, 'cloned', ['available', 'in-use']);
  if (E.isLeft(source)) return source;
  const atLeast = { size: source.right.size, what: `volume ${source.right.id}`, snapshot_id: null };
  return copyOf(state, source.right, atLeast, input, 'clone', facts);
};

export const decideCreateVolumeFromSnapshot = (
  state: VolumeState,
  input: InputOf<typeof CreateVolumeFromSnapshot>,
  facts: CopyFacts,
): Decision => {
  const snapshot = snapshotOf(facts.source, input.snapshot_id);
  if (E.isLeft(snapshot)) return snapshot;
  if (facts.source.volume === null || snapshot.right.status !== 'available') {
    return refuse(
      rejections.InvalidSnapshot(
        `snapshot ${input.snapshot_id} is ${snapshot.right.status}, so no volume can be made from it`,
        'it must be available',
        { snapshot_id: input.snapshot_id, status: snapshot.right.status },
      ),
    );
  }
  const atLeast = {
    size: snapshot.right.volume_size,
    what: `snapshot ${snapshot.right.id}`,
    snapshot_id: snapshot.right.id,
  };
  return copyOf(state, facts.source.volume, atLeast, input, 'snapshots', facts);
};

/** Decided only as a child, between its parent's intent and outcome. */
export const decideCreateVolumeFromSource = (state: VolumeState): Decision => {
  if (state.volume === null) return E.right([]);
  const {
    status,
    attach_status,
    created_at,
    provider_location,
    provider_id,
    provider_auth,
    replication_status,
    ...planned
  } = state.volume;
  return record(VolumeCreationRequested.of({ volume: planned }));
};
