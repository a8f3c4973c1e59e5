import {
  DeleteVolume,
  decideDeleteVolume,
  VolumeDeleted,
  VolumeDeletionFailed,
  VolumeDeletionRequested,
} from '../../domain/volume/delete.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendOf } from './facts.ts';
import { volumeOf } from './find.ts';

export const deleteVolume = operation({
  command: DeleteVolume,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: backendOf,
  decide: decideDeleteVolume,
  effect: {
    intent: VolumeDeletionRequested,
    backend: 'must be thawed',
    perform: async ({ state, driver }) => (await driver()).deleteVolume(volumeOf(state)),
    succeeded: () => [VolumeDeleted.of({})],
    failed: (_, failure) => VolumeDeletionFailed.of({ failure }),
    reconcile: async ({ state, driver }) => {
      const found = await (await driver()).findVolume(volumeOf(state));
      return found === null ? { happened: true, answer: undefined } : { happened: false };
    },
  },
});
