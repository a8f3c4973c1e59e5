import {
  DetachVolume,
  decideDetachVolume,
  VolumeDetached,
  VolumeDetachmentFailed,
  VolumeDetachmentRequested,
} from '../../domain/volume/detach.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { detachDevice } from './device-detach.ts';
import { disconnectVolume } from './disconnect.ts';
import { idKnownHere } from './facts.ts';
import { volumeOf } from './find.ts';
import { byForce } from './force.ts';

export const detachVolume = operation({
  command: DetachVolume,
  kind: 'volume',
  keys: 'opened',
  needsReason: byForce,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: ({ connection_id, volume_id }, context) => idKnownHere('connection', connection_id, volume_id, context),
  decide: decideDetachVolume,
  effect: {
    intent: VolumeDetachmentRequested,
    backend: 'not touched',
    perform: async ({ state, intent, child }) => {
      const { connection_id, force } = intent.data;
      const volume_id = volumeOf(state).id;
      await child('detach', detachDevice, { volume_id, connection_id, force });
      await child('disconnect', disconnectVolume, { volume_id, connection_id, force });
    },
    succeeded: ({ connection_id }) => [VolumeDetached.of({ connection_id })],
    failed: ({ connection_id }, failure) => VolumeDetachmentFailed.of({ connection_id, failure }),
    reconcile: 'resume children',
  },
});
