import {
  decideShredVolumeSecrets,
  ShredVolumeSecrets,
  VolumeSecretsShredded,
  VolumeSecretsShredFailed,
  VolumeSecretsShredRequested,
} from '../../domain/volume/shred-secrets.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';

export const shredVolumeSecrets = operation({
  command: ShredVolumeSecrets,
  kind: 'volume',
  needsReason: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async ({ volume_id }, { services }) => {
    // Where the key store does not answer, no key can be destroyed.
    await services.vault.keys.holds(volumeStream(volume_id));
    return {};
  },
  decide: decideShredVolumeSecrets,
  effect: {
    intent: VolumeSecretsShredRequested,
    backend: 'not touched',
    perform: ({ intent, services }): Promise<readonly string[]> => services.vault.keys.destroy(intent.stream),
    succeeded: (_, keys) => [VolumeSecretsShredded.of({ keys: [...keys] })],
    failed: (_, failure) => VolumeSecretsShredFailed.of({ failure }),
    reconcile: 'perform again',
  },
});
