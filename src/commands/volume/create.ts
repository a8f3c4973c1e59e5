import {
  CreateVolume,
  decideCreateVolume,
  VolumeCreated,
  VolumeCreationFailed,
  VolumeCreationRequested,
} from '../../domain/volume/create.ts';
import { modelUpdated } from '../../domain/volume/model-update.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendNamed } from './facts.ts';
import { findVolume, unmakeVolume, volumeOf } from './find.ts';

export const createVolume = operation({
  command: CreateVolume,
  kind: 'volume',
  keys: 'made',
  creates: true,
  stream: ({ id }) => volumeStream(id),
  facts: ({ backend }, context) => backendNamed(backend, context),
  decide: decideCreateVolume,
  effect: {
    intent: VolumeCreationRequested,
    backend: 'must be thawed',
    perform: async ({ state, driver }) => (await driver()).createVolume(volumeOf(state)),
    succeeded: ({ volume }, update) => [...modelUpdated('volume', volume.id, update), VolumeCreated.of({})],
    failed: (_, failure) => VolumeCreationFailed.of({ failure }),
    reconcile: findVolume,
    undo: unmakeVolume,
  },
});
