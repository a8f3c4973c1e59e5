import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { type BackendFacts, capableBackend, snapshotOf, volumeInStatus } from './checks.ts';
import { pinned } from './delete.ts';
import { FailureSchema, newestSnapshot, ResourceId, type VolumeState, volumeEvents, withVolume } from './volume.ts';

const aboutTheVolume = () => null;

/** The volume's bytes are about to be replaced by the snapshot's. */
export const VolumeRevertRequested = volumeEvents.intent(
  'VolumeRevertRequested',
  z.strictObject({ snapshot_id: ResourceId }),
  (state) => withVolume(state, { status: 'reverting' }),
  aboutTheVolume,
);
/** The volume has the bytes of the snapshot; its size stays. */
export const VolumeReverted = volumeEvents.outcome(
  'VolumeReverted',
  z.strictObject({ snapshot_id: ResourceId }),
  (state) => withVolume(state, { status: 'available' }),
);
/** The driver did nothing: the bytes are as they were. The volume is `error`, as in Cinder. */
export const VolumeRevertFailed = volumeEvents.outcome(
  'VolumeRevertFailed',
  z.strictObject({ snapshot_id: ResourceId, failure: FailureSchema }),
  (state) => withVolume(state, { status: 'error' }),
);

/** Gives a volume that is not connected the bytes of its newest snapshot. */
export const RevertToSnapshot = command(
  'RevertToSnapshot',
  z.strictObject({ volume_id: ResourceId, snapshot_id: ResourceId }),
);

/** As in Cinder, only the newest snapshot, and only while nobody is connected. */
export const decideRevertToSnapshot = (
  state: VolumeState,
  { volume_id, snapshot_id }: InputOf<typeof RevertToSnapshot>,
  facts: BackendFacts,
): Decision => {
  const volume = volumeInStatus(state, volume_id, 'reverted', ['available']);
  if (E.isLeft(volume)) return volume;
  const snapshot = snapshotOf(state, snapshot_id);
  if (E.isLeft(snapshot)) return snapshot;
  const newest = newestSnapshot(state) ?? snapshot.right;
  if (newest.id !== snapshot_id || snapshot.right.status !== 'available') {
    return refuse(
      rejections.InvalidSnapshot(
        `volume ${volume_id} cannot be reverted to snapshot ${snapshot_id} (${snapshot.right.status})`,
        `a volume is reverted to its newest snapshot, which must be available; the newest is ${newest.id}`,
        { volume_id, snapshot_id, newest: newest.id },
      ),
    );
  }
  const copies = pinned(state, volume_id);
  if (copies !== null) return refuse(copies);
  const backend = capableBackend(facts.backend, volume.right.backend_name, 'revert');
  return E.isLeft(backend) ? backend : record(VolumeRevertRequested.of({ snapshot_id }));
};
