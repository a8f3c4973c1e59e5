import type { Volume } from '../../../library/volume.ts';
import { same } from '../../asserting.ts';
import type { EngineCheck } from '../checks.ts';
import type { EngineTrial } from '../trial.ts';

const write = (trial: EngineTrial, volume: Volume, byte: number): Promise<void> =>
  trial.attached(volume, (bytes) => bytes.write(4096, new Uint8Array(512).fill(byte)));

const reads = async (trial: EngineTrial, volume: Volume, byte: number, said: string): Promise<void> => {
  const read = await trial.attached(volume, (bytes) => bytes.read(4096, 512));
  same(Uint8Array.from(read), new Uint8Array(512).fill(byte), said);
};

/** Clones, volumes from snapshots, reverts: sizes, lineage and bytes. */
export const copyChecks: readonly EngineCheck[] = [
  {
    name: 'clones: size, source_volid and bytes',
    cinderlib: ['test_clone'],
    needs: ['clone', 'bytes'],
    run: async (trial) => {
      const source = await trial.created();
      await write(trial, source, 1);
      const clone = await trial.cloned(source);
      const larger = await trial.cloned(source, trial.size + 1);
      same([clone.size, larger.size], [trial.size, trial.size + 1], 'a clone must have the size asked for');
      same(clone.record.source_volid, source.id, "a clone must know its source's id");
      await reads(trial, clone, 1, 'a clone must have the bytes of its source');
      await reads(trial, larger, 1, 'a larger clone must have the bytes of its source');
    },
  },
  {
    name: 'makes a volume of a snapshot: the old bytes, after the source was overwritten',
    cinderlib: ['test_create_volume_from_snapshot'],
    needs: ['snapshots', 'bytes'],
    run: async (trial) => {
      const source = await trial.created();
      await write(trial, source, 1);
      const snapshot = await trial.snapshot(source);
      await write(trial, source, 2);
      const restored = await trial.restored(snapshot);
      same(restored.record.snapshot_id, snapshot.id, "a volume from a snapshot must know the snapshot's id");
      await reads(trial, restored, 1, 'a volume from a snapshot must have the bytes of when it was taken');
      await reads(trial, source, 2, 'making a volume of a snapshot must leave the source as it is');
    },
  },
  {
    name: 'reverts to a snapshot: the old bytes',
    needs: ['snapshots', 'revert', 'bytes'],
    run: async (trial) => {
      const volume = await trial.created();
      await write(trial, volume, 1);
      const snapshot = await trial.snapshot(volume);
      await write(trial, volume, 2);
      trial.next();
      await volume.refresh();
      await volume.revert(snapshot);
      await reads(trial, volume, 1, 'a volume that was reverted must have the bytes of when the snapshot was taken');
    },
  },
];
