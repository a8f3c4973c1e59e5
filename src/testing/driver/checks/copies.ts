import type { Volume } from '../../../drivers/contract.ts';
import { same } from '../../asserting.ts';
import { aSnapshot } from '../../resources.ts';
import { check } from '../check.ts';
import type { DriverTrial } from '../trial.ts';

const cloned = async (trial: DriverTrial, source: Volume, size: number): Promise<Volume> => {
  const volume = trial.volume({ size, source_volid: source.id });
  return { ...volume, ...(await trial.capability('clone').cloneVolume(volume, source)) } as Volume;
};

export const cloneChecks = [
  check('clones, as large or larger', ['clone'], async (trial) => {
    const source = await trial.created();
    await trial.hasSize(await cloned(trial, source, trial.size), trial.size, 'after cloneVolume');
    await trial.hasSize(
      await cloned(trial, source, trial.size + 1),
      trial.size + 1,
      'after cloneVolume to a larger size',
    );
    await trial.hasSize(source, trial.size, 'of the source of a clone');
  }),

  check('clones equal bytes, and the clone lives its own life', ['clone', 'bytes'], async (trial) => {
    const source = await trial.created();
    const written = await trial.fill(source);
    const [equal, larger] = [await cloned(trial, source, trial.size), await cloned(trial, source, trial.size + 1)];
    const overwritten = await trial.fill(source);
    await trial.reads(
      equal,
      written,
      'a clone must keep the bytes that its source had, whatever is written to the source',
    );
    await trial.reads(larger, written, 'a larger clone must have the bytes that its source had');
    await trial.fill(equal);
    await trial.reads(source, overwritten, 'what is written to a clone must not reach its source');
    await trial.driver.deleteVolume(source);
    await trial.reads(larger, written, 'a clone must outlive its source');
  }),

  check('clones again without touching the clone that stands', ['clone', 'bytes'], async (trial) => {
    const source = await trial.created();
    const written = await trial.fill(source);
    const volume = await cloned(trial, source, trial.size);
    await trial.fill(source);
    await trial.capability('clone').cloneVolume(volume, source);
    await trial.reads(volume, written, 'cloneVolume, repeated, must not touch the clone that is there');
  }),

  check('refuses to clone what is not there or larger, and leaves nothing', ['clone'], async (trial) => {
    await trial.refused('to clone what is not there', cloned(trial, trial.volume(), trial.size));
    await trial.leftNothing('after cloneVolume failed');
    const source = await trial.created({ size: trial.size + 1 });
    await trial.refused('to clone into a smaller volume', cloned(trial, source, trial.size));
    await trial.driver.deleteVolume(source);
    await trial.leftNothing('after cloneVolume into a smaller volume failed');
  }),
];

export const snapshotChecks = [
  check('takes a snapshot, twice, finds it and deletes it twice', ['snapshots'], async (trial) => {
    const snapshots = trial.capability('snapshots');
    const volume = await trial.created();
    const snapshot = aSnapshot(volume);
    same(await snapshots.findSnapshot(snapshot, volume), null, 'findSnapshot must answer null before it is taken');
    const update = await snapshots.createSnapshot(snapshot, volume);
    await snapshots.createSnapshot(snapshot, volume);
    const found = await snapshots.findSnapshot(snapshot, volume);
    trial.sameSize(found?.sizeBytes, trial.size, "findSnapshot must answer the snapshot's size in bytes");
    same(found?.modelUpdate, update, 'findSnapshot must answer the model update of its creation');
    await snapshots.deleteSnapshot(snapshot, volume);
    await snapshots.deleteSnapshot(snapshot, volume);
    same(await snapshots.findSnapshot(snapshot, volume), null, 'findSnapshot must answer null after it is deleted');
    await trial.driver.deleteVolume(volume);
    await trial.leftNothing('after the snapshot and its volume were deleted');
  }),

  check('makes volumes of a snapshot, as large or larger', ['snapshots'], async (trial) => {
    const snapshots = trial.capability('snapshots');
    const source = await trial.created();
    const snapshot = aSnapshot(source);
    await snapshots.createSnapshot(snapshot, source);
    for (const size of [trial.size, trial.size + 1]) {
      const volume = trial.volume({ size, snapshot_id: snapshot.id });
      await snapshots.createVolumeFromSnapshot(volume, snapshot, source);
      await trial.hasSize(volume, size, 'after createVolumeFromSnapshot');
    }
  }),

  check(
    'makes volumes with the bytes of a snapshot after its source was overwritten',
    ['snapshots', 'bytes'],
    async (trial) => {
      const snapshots = trial.capability('snapshots');
      const source = await trial.created();
      const written = await trial.fill(source);
      const snapshot = aSnapshot(source);
      await snapshots.createSnapshot(snapshot, source);
      await trial.fill(source);
      for (const size of [trial.size, trial.size + 1]) {
        const volume = trial.volume({ size, snapshot_id: snapshot.id });
        await snapshots.createVolumeFromSnapshot(volume, snapshot, source);
        await snapshots.createVolumeFromSnapshot(volume, snapshot, source);
        const said = 'a volume made of a snapshot must have the bytes of when the snapshot was taken';
        await trial.reads(volume, written, said);
        await trial.driver.deleteVolume(volume);
      }
      await snapshots.deleteSnapshot(snapshot, source);
      await trial.driver.deleteVolume(source);
      await trial.leftNothing('after the snapshot, its source and its volumes were deleted');
    },
  ),

  check('refuses snapshots of and volumes from what is not there, and leaves nothing', ['snapshots'], async (trial) => {
    const snapshots = trial.capability('snapshots');
    const absent = trial.volume();
    await trial.refused('a snapshot of what is not there', snapshots.createSnapshot(aSnapshot(absent), absent));
    const from = snapshots.createVolumeFromSnapshot(trial.volume(), aSnapshot(absent), absent);
    await trial.refused('a volume from a snapshot that is not there', from);
    await trial.leftNothing('after snapshots were refused');
  }),
];
