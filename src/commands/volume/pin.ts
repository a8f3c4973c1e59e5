import { decidePinSource, decideUnpinSource, PinSource, UnpinSource } from '../../domain/volume/pin.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';

export const pinSource = operation({
  command: PinSource,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decidePinSource,
});

export const unpinSource = operation({
  command: UnpinSource,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decideUnpinSource,
});
