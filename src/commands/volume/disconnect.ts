import {
  ConnectionTerminated,
  ConnectionTerminationFailed,
  ConnectionTerminationRequested,
  DisconnectVolume,
  decideDisconnectVolume,
} from '../../domain/volume/disconnect.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import { operation } from '../operation.ts';
import { backendOf, idKnownHere } from './facts.ts';
import { connectionOf, volumeOf } from './find.ts';
import { byForce, ignoring } from './force.ts';

export const disconnectVolume = operation({
  command: DisconnectVolume,
  kind: 'volume',
  keys: 'opened',
  needsReason: byForce,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: async (input, context) => ({
    ...(await backendOf(input, context)),
    ...(await idKnownHere('connection', input.connection_id, input.volume_id, context)),
  }),
  decide: decideDisconnectVolume,
  effect: {
    intent: ConnectionTerminationRequested,
    backend: 'may be frozen',
    perform: async ({ state, intent, driver }): Promise<readonly string[]> => {
      const { force, connection_id } = intent.data;
      const [volume, connection] = [volumeOf(state), connectionOf(state, connection_id)];
      const others = Object.values(state.connections).filter(({ id }) => id !== connection_id);
      return ignoring(force, [
        async () => (await driver()).terminateConnection(volume, connection, { force, others }),
        ...(others.length === 0 ? [async () => (await driver()).removeExport(volume)] : []),
      ]);
    },
    succeeded: ({ connection_id }, ignored_errors) => [ConnectionTerminated.of({ connection_id, ignored_errors })],
    failed: ({ connection_id }, failure) => ConnectionTerminationFailed.of({ connection_id, failure }),
    reconcile: 'perform again',
  },
});
