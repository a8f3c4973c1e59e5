import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { command, type Decision, type InputOf, nothingToDo, record } from '../decision.ts';
import { Text } from '../json.ts';
import { sealedIn } from '../sealed.ts';
import { connectionOf, liveVolume } from './checks.ts';
import { ResourceId, type VolumeState, volumeEvents } from './volume.ts';

/** Somebody asked to see credentials, and is about to. `fields` are JSON pointers into the volume, or the connection. */
export const SecretsShown = volumeEvents.fact(
  'SecretsShown',
  z.strictObject({ connection_id: ResourceId.nullable(), fields: z.array(Text) }),
);

/**
 * Records that the credentials of a volume, or of one of its connections, are shown to the actor, and why. By itself it
 * shows nothing: `volume.showSecrets()` and `connection.showSecrets()` do, after it. Needs a reason.
 */
export const ShowSecrets = command(
  'ShowSecrets',
  z.strictObject({ volume_id: ResourceId, connection_id: ResourceId.optional() }),
);

export const decideShowSecrets = (
  state: VolumeState,
  { volume_id, connection_id }: InputOf<typeof ShowSecrets>,
): Decision => {
  const volume = liveVolume(state, volume_id);
  if (E.isLeft(volume)) return volume;
  if (connection_id === undefined) {
    const connections = Object.values(state.connections);
    return shown(null, sealedIn({ ...volume.right, connections }));
  }
  const connection = connectionOf(state, connection_id);
  return E.isLeft(connection) ? connection : shown(connection_id, sealedIn(connection.right));
};

const shown = (connection_id: string | null, fields: readonly string[]): Decision =>
  fields.length === 0 ? nothingToDo : record(SecretsShown.of({ connection_id, fields: [...fields] }));
