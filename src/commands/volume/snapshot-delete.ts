import {
  DeleteSnapshot,
  decideDeleteSnapshot,
  SnapshotDeleted,
  SnapshotDeletionFailed,
  SnapshotDeletionRequested,
} from '../../domain/volume/snapshot-delete.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendOf, idKnownHere } from './facts.ts';
import { snapshotCapability, snapshotOf, volumeOf } from './find.ts';

export const deleteSnapshot = operation({
  command: DeleteSnapshot,
  kind: 'volume',
  keys: 'opened',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => ({
    ...(await backendOf(input, context)),
    ...(await idKnownHere('snapshot', input.snapshot_id, input.volume_id, context)),
  }),
  decide: decideDeleteSnapshot,
  effect: {
    intent: SnapshotDeletionRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver }) => {
      const snapshots = await snapshotCapability(driver);
      await snapshots.deleteSnapshot(snapshotOf(state, intent.data.snapshot_id), volumeOf(state));
    },
    succeeded: ({ snapshot_id }) => [SnapshotDeleted.of({ snapshot_id })],
    failed: ({ snapshot_id }, failure) => SnapshotDeletionFailed.of({ snapshot_id, failure }),
    reconcile: async ({ state, intent, driver }) => {
      const snapshots = await snapshotCapability(driver);
      const found = await snapshots.findSnapshot(snapshotOf(state, intent.data.snapshot_id), volumeOf(state));
      return found === null ? { happened: true, answer: undefined } : { happened: false };
    },
  },
});
