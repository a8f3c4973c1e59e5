import {
  ConnectionInitializationFailed,
  ConnectionInitializationRequested,
  ConnectionInitialized,
  ConnectVolume,
  decideConnectVolume,
} from '../../domain/volume/connect.ts';
import { definedOnly, modelUpdated } from '../../domain/volume/model-update.ts';
import { volumeStream } from '../../domain/volume/volume.ts';
import {
  type ConnectionInfo,
  type ConnectionRequest,
  type Driver,
  isDriverFailure,
  type Volume,
  type VolumeModelUpdate,
} from '../../drivers/contract.ts';
import { operation } from '../operation.ts';
import { connectionFacts } from './facts.ts';
import { connectionOf, volumeOf } from './find.ts';

export interface Connected {
  readonly update: VolumeModelUpdate | undefined;
  readonly connection_info: ConnectionInfo;
}

export const connectVolume = operation({
  command: ConnectVolume,
  kind: 'volume',
  keys: 'made',
  creates: true,
  stream: ({ volume_id }) => volumeStream(volume_id),
  facts: ({ id, connector }, context) => connectionFacts(id, connector, context),
  decide: decideConnectVolume,
  effect: {
    intent: ConnectionInitializationRequested,
    backend: 'must be thawed',
    perform: async ({ state, intent, driver }): Promise<Connected> => {
      // Taken up again, it may be about a host that was disconnected since: connected now, nobody would know of it.
      connectionOf(state, intent.data.connection.id);
      const isFirst = Object.keys(state.connections).length === 1;
      return connect(await driver(), volumeOf(state), intent.data.connection, isFirst);
    },
    succeeded: ({ connection }, { update, connection_info }) => [
      ...modelUpdated('volume', connection.volume_id, update),
      ConnectionInitialized.of({ connection_id: connection.id, connection_info }),
    ],
    failed: ({ connection }, failure) => ConnectionInitializationFailed.of({ connection_id: connection.id, failure }),
    reconcile: 'perform again',
  },
});

/** Export, then connect; when the host cannot be connected, an export that nobody else uses is removed again. */
export const connect = async (
  driver: Driver,
  volume: Volume,
  connection: ConnectionRequest,
  isFirst: boolean,
): Promise<Connected> => {
  const update = await driver.createExport(volume, connection.connector);
  const exported: Volume = { ...volume, ...definedOnly(update ?? {}) };
  try {
    return { update, connection_info: await driver.initializeConnection(exported, connection) };
  } catch (error) {
    if (isFirst && isDriverFailure(error)) {
      await driver.removeExport(exported).catch((failure: Error) => {
        // Unknown, and not the failure that this one is by itself: the export may still stand.
        throw new Error(`${error.message}; its export was not removed: ${failure.message}`, { cause: failure });
      });
    }
    throw error;
  }
};
