import { backendStream } from '../../domain/backend/backend.ts';
import {
  AdoptVolume,
  decideAdoptVolume,
  VolumeAdopted,
  VolumeAdoptionFailed,
  VolumeAdoptionRequested,
} from '../../domain/volume/adopt.ts';
import { modelUpdated } from '../../domain/volume/model-update.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import type { VolumeModelUpdate } from '../../drivers/contract.ts';
import { operation } from '../operation.ts';
import { assertStillFree, resourceFacts } from '../resources.ts';
import { backendNamed } from './facts.ts';
import { capability, volumeOf } from './find.ts';

export const adoptVolume = operation({
  command: AdoptVolume,
  kind: 'volume',
  keys: 'made',
  creates: true,
  needsReason: true,
  stream: ({ id }) => volumeStream(id),
  facts: async ({ backend, reference }, context) => {
    const facts = await backendNamed(backend, context);
    return { ...facts, ...(await resourceFacts(facts.backend.backend, reference, context.services)) };
  },
  decide: decideAdoptVolume,
  effect: {
    intent: VolumeAdoptionRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver, services }): Promise<VolumeModelUpdate | undefined> => {
      const { reference, volume } = intent.data;
      const { backend } = await services.read.state('backend', backendStream(volume.backend_name));
      await assertStillFree(backend, reference, services, intent.stream);
      return (await capability(driver, 'manage')).manageExisting(volumeOf(state), reference);
    },
    succeeded: ({ volume, reference }, update) => [
      ...modelUpdated('volume', volume.id, update),
      VolumeAdopted.of({ reference }),
    ],
    failed: ({ reference }, failure) => VolumeAdoptionFailed.of({ reference, failure }),
    reconcile: 'perform again',
  },
});
