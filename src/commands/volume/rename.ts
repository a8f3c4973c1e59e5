import { decideRenameVolume, RenameVolume } from '../../domain/volume/rename.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';

export const renameVolume = operation({
  command: RenameVolume,
  kind: 'volume',
  stream: ({ volume_id }) => volumeStream(volume_id),
  decide: decideRenameVolume,
});
