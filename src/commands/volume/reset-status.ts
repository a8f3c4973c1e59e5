import {
  decideResetVolumeStatus,
  type OnArrayFacts,
  ResetVolumeStatus,
  VolumeStatusReset,
  VolumeStatusResetFailed,
  VolumeStatusResetRequested,
} from '../../domain/volume/reset-status.ts';
import { decideResetSnapshotStatus, ResetSnapshotStatus } from '../../domain/volume/snapshot-reset-status.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { Driver, FoundVolume } from '../../drivers/contract.ts';
import { asked } from '../driver-queries.ts';
import { type FactsContext, operation } from '../operation.ts';
import { unpinSources } from './delete.ts';
import { backendOf } from './facts.ts';
import { findOnArray, findSnapshotOnArray } from './find.ts';

/** Whether the array has it. A backend that cannot be asked, the decider refuses. */
const onArray = async (
  { inventory, state, services }: FactsContext<'volume'>,
  find: (driver: Driver) => Promise<FoundVolume | null>,
): Promise<OnArrayFacts> => {
  const { backend } = (await backendOf(null, { inventory, state, services })).backend;
  if (!backend?.options) return { onArray: false };
  return { onArray: (await asked(backend, services, 'does not tell what it has', find)) !== null };
};

const NOT_ASKED: OnArrayFacts = { onArray: false };

export const resetVolumeStatus = operation({
  command: ResetVolumeStatus,
  kind: 'volume',
  needsReason: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async ({ status }, context) => {
    const { volume } = context.state;
    const isAsked = status !== 'error' && volume !== null && volume.status !== 'deleted';
    const there = isAsked ? await onArray(context, (driver) => findOnArray(driver, volume)) : NOT_ASKED;
    return { ...(await backendOf(null, context)), ...there };
  },
  decide: decideResetVolumeStatus,
  effect: {
    intent: VolumeStatusResetRequested,
    backend: 'not touched',
    /** A copy that nobody asks about any more holds its source no longer. */
    perform: async (work) => {
      if (work.intent.data.status !== 'error') await unpinSources(work);
    },
    succeeded: (intent) => [VolumeStatusReset.of(intent)],
    failed: (_, failure) => VolumeStatusResetFailed.of({ failure }),
    reconcile: 'resume children',
  },
});

export const resetSnapshotStatus = operation({
  command: ResetSnapshotStatus,
  kind: 'volume',
  needsReason: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async ({ status, snapshot_id }, context) => {
    const { volume, snapshots } = context.state;
    const snapshot = snapshots[snapshot_id];
    const isAsked = status !== 'error' && volume !== null && snapshot !== undefined;
    const there = isAsked
      ? await onArray(context, (driver) => findSnapshotOnArray(driver, snapshot, volume))
      : NOT_ASKED;
    return { ...(await backendOf(null, context)), ...there };
  },
  decide: decideResetSnapshotStatus,
});
