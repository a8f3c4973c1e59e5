import { decideShowSecrets, ShowSecrets } from '../../domain/volume/show-secrets.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { assertOpens } from '../key-check.ts';
import { operation } from '../operation.ts';

export const showSecrets = operation({
  command: ShowSecrets,
  kind: 'volume',
  needsReason: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (_input, { state, services }) => {
    await assertOpens(state, services);
    return {};
  },
  decide: decideShowSecrets,
});
