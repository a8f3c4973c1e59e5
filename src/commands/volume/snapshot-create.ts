import { modelUpdated } from '../../domain/volume/model-update.ts';
import {
  CreateSnapshot,
  decideCreateSnapshot,
  SnapshotCreated,
  SnapshotCreationFailed,
  SnapshotCreationRequested,
} from '../../domain/volume/snapshot-create.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { SnapshotModelUpdate } from '../../drivers/contract.ts';
import { operation } from '../operation.ts';
import { backendOf, idKnown } from './facts.ts';
import { snapshotCapability, snapshotOf, volumeOf } from './find.ts';

export const createSnapshot = operation({
  command: CreateSnapshot,
  kind: 'volume',
  keys: 'opened',
  creates: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => ({ ...(await backendOf(input, context)), ...(await idKnown(input.id, context)) }),
  decide: decideCreateSnapshot,
  effect: {
    intent: SnapshotCreationRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver }): Promise<SnapshotModelUpdate | undefined> => {
      const snapshots = await snapshotCapability(driver);
      return snapshots.createSnapshot(snapshotOf(state, intent.data.snapshot.id), volumeOf(state));
    },
    succeeded: ({ snapshot }, update) => [
      ...modelUpdated('snapshot', snapshot.id, update),
      SnapshotCreated.of({ snapshot_id: snapshot.id }),
    ],
    failed: ({ snapshot }, failure) => SnapshotCreationFailed.of({ snapshot_id: snapshot.id, failure }),
    reconcile: async ({ state, intent, driver }) => {
      const snapshots = await snapshotCapability(driver);
      const found = await snapshots.findSnapshot(snapshotOf(state, intent.data.snapshot.id), volumeOf(state));
      return found === null ? { happened: false } : { happened: true, answer: found.modelUpdate };
    },
  },
});
