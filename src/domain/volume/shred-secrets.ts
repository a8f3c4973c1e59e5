import { z } from 'zod';
import { command, type Decision, type InputOf, record, refuse } from '../decision.ts';
import { rejections } from '../errors.ts';
import { Text } from '../json.ts';
import { shreddedIn } from '../sealed.ts';
import { volumeNotFound } from './checks.ts';
import { FailureSchema, ResourceId, type VolumeState, volumeEvents } from './volume.ts';

/** The keys that the volume's credentials are sealed under are about to be destroyed. */
export const VolumeSecretsShredRequested = volumeEvents.intent('VolumeSecretsShredRequested', z.strictObject({}));
/** These keys are gone. What was sealed under them stays in the record, and nobody can read it any more. */
export const VolumeSecretsShredded = volumeEvents.outcome(
  'VolumeSecretsShredded',
  z.strictObject({ keys: z.array(Text) }),
  (state): VolumeState => ({
    ...state,
    volume: shreddedIn(state.volume),
    connections: shreddedIn(state.connections),
  }),
);
/** The keys are still there. */
export const VolumeSecretsShredFailed = volumeEvents.outcome(
  'VolumeSecretsShredFailed',
  z.strictObject({ failure: FailureSchema }),
);

/** Destroys the keys of a volume's credentials, also of a deleted volume. Nothing brings them back. Needs a reason. */
export const ShredVolumeSecrets = command('ShredVolumeSecrets', z.strictObject({ volume_id: ResourceId }));

export const decideShredVolumeSecrets = (
  state: VolumeState,
  { volume_id }: InputOf<typeof ShredVolumeSecrets>,
): Decision => {
  if (state.volume === null) return refuse(volumeNotFound(volume_id));
  const connections = Object.keys(state.connections);
  // One that is being forgotten takes its connections along.
  if (connections.length > 0 && state.volume.status !== 'deleting') {
    return refuse(
      rejections.VolumeConnected(
        `volume ${volume_id} has ${connections.length} connection(s), whose credentials are in use`,
        'detach it, or delete its connections, first',
        { volume_id, connections },
      ),
    );
  }
  return record(VolumeSecretsShredRequested.of({}));
};
