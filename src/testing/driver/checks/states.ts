import { aSnapshot } from '../../resources.ts';
import { check } from '../check.ts';

export const revertChecks = [
  check('reverts to a snapshot, twice, and keeps the size', ['revert', 'snapshots', 'bytes'], async (trial) => {
    const volume = await trial.created();
    const written = await trial.fill(volume);
    const snapshot = aSnapshot(volume);
    await trial.capability('snapshots').createSnapshot(snapshot, volume);
    await trial.fill(volume);
    await trial.driver.extend?.extendVolume(volume, trial.size + 1, []);
    const size = trial.has('extend') ? trial.size + 1 : trial.size;
    for (let round = 0; round < 2; round += 1) {
      await trial.capability('revert').revertToSnapshot(volume, snapshot);
      await trial.reads(volume, written, 'revertToSnapshot must bring back the bytes of when the snapshot was taken');
      await trial.hasSize(volume, size, 'after revertToSnapshot: the size stays');
      await trial.fill(volume);
    }
    await trial.capability('revert').revertToSnapshot(volume, snapshot);
    await trial.reads(volume, written, 'a snapshot must not change with its volume: it is reverted to again');
  }),

  check('refuses to revert to what is not there and keeps the bytes', ['revert', 'bytes'], async (trial) => {
    const volume = await trial.created();
    const written = await trial.fill(volume);
    const absent = trial.capability('revert').revertToSnapshot(volume, aSnapshot(volume));
    await trial.refused('to revert to a snapshot that is not there', absent);
    await trial.reads(volume, written, 'a revert that is refused must keep the bytes');
  }),
];

export const freezeChecks = [
  check('freezes and thaws, each twice', ['freeze'], async (trial) => {
    const freeze = trial.capability('freeze');
    try {
      await freeze.freezeBackend();
      await freeze.freezeBackend();
    } finally {
      await trial.subject.driver.freeze?.thawBackend();
    }
    await freeze.thawBackend();
    await trial.driver.deleteVolume(await trial.created());
    await trial.leftNothing('after the backend was frozen and thawed');
  }),
];
