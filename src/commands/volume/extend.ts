import {
  decideExtendVolume,
  ExtendVolume,
  VolumeExtended,
  VolumeExtensionFailed,
  VolumeExtensionRequested,
} from '../../domain/volume/extend.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendOf } from './facts.ts';
import { capability, volumeOf } from './find.ts';
import { growDevices } from './host-side.ts';

const GIB = 1024n ** 3n;

export const extendVolume = operation({
  command: ExtendVolume,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: backendOf,
  decide: decideExtendVolume,
  effect: {
    intent: VolumeExtensionRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver, services }) => {
      await (await capability(driver, 'extend')).extendVolume(volumeOf(state), intent.data.size);
      await growDevices(state, services);
    },
    succeeded: (intent) => [VolumeExtended.of(intent)],
    failed: (_, failure) => VolumeExtensionFailed.of({ failure }),
    reconcile: async ({ state, intent, driver, services }) => {
      const found = await (await driver()).findVolume(volumeOf(state));
      if (found === null || found.sizeBytes < BigInt(intent.data.size) * GIB) return { happened: false };
      await growDevices(state, services);
      return { happened: true, answer: undefined };
    },
  },
});
