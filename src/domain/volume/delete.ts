import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record, refuse } from '../decision.ts';
import { type Rejection, rejections } from '../errors.ts';
import { type BackendFacts, changeableBackend, volumeInStatus, volumeNotFound } from './checks.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents, withVolume } from './volume.ts';

/** The driver is about to be called. */
export const VolumeDeletionRequested = volumeEvents.intent('VolumeDeletionRequested', z.strictObject({}), (state) =>
  withVolume(state, { status: 'deleting' }),
);
/** A deleted volume keeps its id taken and answers what is still asked about it. */
export const VolumeDeleted = volumeEvents.outcome('VolumeDeleted', z.strictObject({}), (state) => ({
  ...withVolume(state, { status: 'deleted', attach_status: 'detached' }),
  questions: [],
}));
/** The volume is `error_deleting`; its deletion may be asked for again. */
export const VolumeDeletionFailed = volumeEvents.outcome(
  'VolumeDeletionFailed',
  z.strictObject({ failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error_deleting' }),
);

/** Deletes a volume without snapshots, connections and pins. One that is deleted changes nothing. */
export const DeleteVolume = command('DeleteVolume', z.strictObject({ volume_id: ResourceId }));

/** What must go before the volume can. */
const inTheWay = (state: VolumeState, volume_id: string): Rejection | null => {
  const snapshots = Object.keys(state.snapshots);
  if (snapshots.length > 0) {
    return rejections.VolumeHasSnapshots(
      `volume ${volume_id} has ${snapshots.length} snapshot(s)`,
      'delete its snapshots first',
      { volume_id, snapshots },
    );
  }
  const connections = Object.keys(state.connections);
  if (connections.length > 0) {
    return rejections.VolumeConnected(
      `volume ${volume_id} has ${connections.length} connection(s)`,
      'detach it, or delete its connections, first',
      { volume_id, connections },
    );
  }
  return pinned(state, volume_id);
};

export const pinned = (state: VolumeState, volume_id: string, snapshot_id?: string): Rejection | null => {
  const pins = Object.values(state.pins).filter(
    (pin) => snapshot_id === undefined || pin.snapshot_id === null || pin.snapshot_id === snapshot_id,
  );
  return pins.length === 0
    ? null
    : rejections.SourcePinned(
        `volume ${volume_id} is being copied to ${pins.map((pin) => pin.volume_id).join(', ')}`,
        'wait until the copies have ended',
        { volume_id, copies: pins.map((pin) => pin.volume_id) },
      );
};

export const decideDeleteVolume = (
  state: VolumeState,
  { volume_id }: InputOf<typeof DeleteVolume>,
  facts: BackendFacts,
): Decision => {
  if (state.volume === null) return refuse(volumeNotFound(volume_id));
  if (state.volume.status === 'deleted') return nothingToDo;
  const obstacle = inTheWay(state, volume_id);
  if (obstacle !== null) return refuse(obstacle);
  const volume = volumeInStatus(state, volume_id, 'deleted', ['available', 'error', 'error_deleting']);
  if (E.isLeft(volume)) return volume;
  const backend = changeableBackend(facts.backend, volume.right.backend_name);
  return E.isLeft(backend) ? backend : record(VolumeDeletionRequested.of({}));
};
