import {
  decideRevertToSnapshot,
  RevertToSnapshot,
  VolumeReverted,
  VolumeRevertFailed,
  VolumeRevertRequested,
} from '../../domain/volume/revert.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendOf } from './facts.ts';
import { capability, snapshotOf, volumeOf } from './find.ts';

export const revertToSnapshot = operation({
  command: RevertToSnapshot,
  kind: 'volume',
  keys: 'opened',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: backendOf,
  decide: decideRevertToSnapshot,
  effect: {
    intent: VolumeRevertRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver }) => {
      const revert = await capability(driver, 'revert');
      await revert.revertToSnapshot(volumeOf(state), snapshotOf(state, intent.data.snapshot_id));
    },
    succeeded: (intent) => [VolumeReverted.of(intent)],
    failed: ({ snapshot_id }, failure) => VolumeRevertFailed.of({ snapshot_id, failure }),
    reconcile: 'perform again',
  },
});
