import type { Volume } from '../../../drivers/contract.ts';
import { same } from '../../asserting.ts';
import { check } from '../check.ts';
import { succeeds } from './volumes.ts';

export const extendChecks = [
  check('extends, twice', ['extend'], async (trial) => {
    const volume = await trial.created();
    const size = trial.size + 2;
    await trial.capability('extend').extendVolume(volume, size, []);
    await trial.hasSize(volume, size, 'after extendVolume');
    const again = trial.capability('extend').extendVolume(volume, size, []);
    await succeeds('extendVolume to the size that it has must succeed', again);
    await trial.hasSize(volume, size, 'after extendVolume was repeated');
  }),

  check('extends what a host sees, and keeps the bytes', ['extend', 'bytes'], async (trial) => {
    const volume = await trial.created();
    const written = await trial.fill(volume);
    await trial.capability('extend').extendVolume(volume, trial.size + 2, []);
    const seen = await trial.attached(volume, (bytes) => bytes.sizeBytes());
    trial.sameSize(seen, trial.size + 2, 'the device must have the size in bytes that the volume grew to');
    await trial.reads(volume, written, 'extendVolume must keep the bytes');
  }),

  check('refuses to extend what is not there, to shrink and to outgrow the backend', ['extend'], async (trial) => {
    const extend = trial.capability('extend');
    const { tooLargeGiB } = trial.subject;
    const volume = await trial.created({ size: trial.size + 1 });
    await trial.refused('to extend what is not there', extend.extendVolume(trial.volume(), trial.size + 1, []));
    await trial.refused('to shrink a volume', extend.extendVolume(volume, trial.size, []));
    if (tooLargeGiB !== null) {
      await trial.refused(`to extend to ${tooLargeGiB} GiB`, extend.extendVolume(volume, tooLargeGiB, []));
    }
    await trial.hasSize(volume, trial.size + 1, 'after extendVolume was refused');
  }),

  check('extends while a host has it attached, and the host sees it', ['extend_online', 'bytes'], async (trial) => {
    const volume = await trial.created();
    await trial.attached(volume, async (bytes, { exported, connection }) => {
      const attached: Volume = { ...exported, status: 'in-use', attach_status: 'attached' };
      await trial.capability('extend').extendVolume(attached, trial.size + 1, [connection]);
      const sizeBytes = await bytes.sizeBytes();
      trial.sameSize(sizeBytes, trial.size + 1, 'the device that is attached must grow with the volume');
      await bytes.write(Number(sizeBytes) - 512, new Uint8Array(512).fill(7));
      const last = Uint8Array.from(await bytes.read(Number(sizeBytes) - 512, 512));
      same(last, new Uint8Array(512).fill(7), 'the end of a volume that grew must hold what is written there');
    });
  }),
];
