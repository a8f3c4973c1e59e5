import { hostname } from 'node:os';
import type { Device, HostConnector } from '../../connectors/contract.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { type Connection, type VolumeState, volumeStream } from '../../domain/volume/volume.ts';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { leftToDo } from '../ending.ts';
import type { Services } from '../services.ts';

/** The connector of a connection's protocol, and what it asks for, credentials in the open. */
export const hostSideOf = async (
  connection: Connection,
  services: Services,
): Promise<{ readonly connector: HostConnector; readonly request: ConnectionInfo }> => {
  const { id, volume_id, connection_info: recorded } = connection;
  if (recorded === null) {
    throw new ScoriaError(
      rejections.InvalidConnection(`connection ${id} has no connection info`, 'connect it again', {
        connection_id: id,
      }),
    );
  }
  const request = await services.vault.opened(volumeStream(volume_id), recorded);
  return { connector: await services.connector(request.driver_volume_type), request };
};

export const deviceOf = ({ device }: Connection): Device | null => device as Device | null;

/**
 * Makes this host see the new size of a volume that grew while attached. By then the array has grown it, so that a
 * device that does not follow leaves the end unknown and not failed.
 */
export const growDevices = async (state: VolumeState, services: Services): Promise<void> => {
  for (const connection of Object.values(state.connections)) {
    const device = deviceOf(connection);
    if (device === null || connection.connector.host !== hostname()) continue;
    const { connector, request } = await hostSideOf(connection, services);
    try {
      await connector.extendVolume(request, device);
    } catch (error) {
      throw leftToDo('the array has grown the volume, its device here has not', error);
    }
  }
};
