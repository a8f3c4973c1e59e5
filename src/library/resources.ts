import type { VolumeState } from '../domain/volume/volume.ts';
import type { Commander } from './commander.ts';

/** What the objects of the library work with. */
export interface Resources {
  readonly commands: Commander;
  /** The volume's state now; `null` when there is no such volume, a deleted one included. */
  volumeState(id: string): Promise<VolumeState | null>;
  /** What is sealed in a value of the volume's, in the open. */
  opened<Value>(volume_id: string, value: Value): Promise<Value>;
}
