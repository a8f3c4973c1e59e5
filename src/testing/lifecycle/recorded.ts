import { evolveVolume } from '../../domain/streams.ts';
import { type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import type { Engine } from '../../library/engine.ts';

/** A volume as its own events say, also one that is deleted; `null` when there are no events of it. */
export const recordedVolume = async (engine: Engine, id: string): Promise<VolumeState | null> => {
  let state: VolumeState | null = null;
  for await (const event of (await engine.view()).events({ stream: volumeStream(id) })) {
    state = evolveVolume(state, event);
  }
  return state;
};
