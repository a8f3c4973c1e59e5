import { decideSetVolumeMetadata, SetVolumeMetadata } from '../../domain/volume/metadata.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';

export const setVolumeMetadata = operation({
  command: SetVolumeMetadata,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decideSetVolumeMetadata,
});
