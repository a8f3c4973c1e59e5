import type { ConnectionInfo } from '../drivers/contract.ts';
import { type MemoryArray, memoryArray } from '../drivers/memory/array.ts';
import type { MemoryCall } from '../drivers/memory/faults.ts';
import { ConnectorFailure, type Device, type HostConnector } from './contract.ts';
import type { HostEnvironment } from './environment.ts';

/** The host side of the `memory` driver: a device that is only a name, `memory://array/volume`. */
export const memoryConnector = (_environment: HostEnvironment): HostConnector => ({
  protocol: 'memory',
  connectVolume: (info, { attach_mode }) =>
    call('connectVolume', info, (array, { volumeId, connectionId }) => {
      const connection = array.connections.get(connectionId);
      if (connection === undefined) throw notConnected(array, connectionId);
      assertChap(array, volumeId, info);
      array.attachments.set(connectionId, { ...connection, attach_mode });
      return deviceOf(array, volumeId);
    }),
  disconnectVolume: (info) =>
    call('disconnectVolume', info, (array, { connectionId }) => void array.attachments.delete(connectionId)),
  findDevice: (info) =>
    call('findDevice', info, (array, { volumeId, connectionId }) =>
      array.attachments.has(connectionId) ? deviceOf(array, volumeId) : null,
    ),
  extendVolume: (info) =>
    call('extendDevice', info, (array, { volumeId, connectionId }) => {
      const volume = array.volumes.get(volumeId);
      if (volume === undefined) throw notConnected(array, connectionId);
      return volume.sizeBytes;
    }),
});

interface Named {
  readonly volumeId: string;
  readonly connectionId: string;
}

const call = async <Result>(
  name: MemoryCall,
  { data }: ConnectionInfo,
  effect: (array: MemoryArray, named: Named) => Result,
): Promise<Result> => {
  const { array: arrayName, volume_id: volumeId, connection_id: connectionId } = data;
  if (typeof arrayName !== 'string' || typeof volumeId !== 'string' || typeof connectionId !== 'string') {
    const message = 'the connection info does not name an array, a volume and a connection';
    throw new ConnectorFailure(message, 'connect the volume again');
  }
  const array = memoryArray(arrayName);
  const refusal = (message: string, remedy: string) => new ConnectorFailure(message, remedy);
  return array.faults.perform(name, connectionId, () => effect(array, { volumeId, connectionId }), refusal);
};

/** As a target would: whoever does not know the password gets no session. */
const assertChap = (array: MemoryArray, volumeId: string, { data }: ConnectionInfo): void => {
  const auth = array.exports.get(volumeId)?.auth ?? null;
  if (auth === null || auth === `${data.auth_method} ${data.auth_username} ${data.auth_password}`) return;
  const message = `array "${array.name}" refuses the CHAP credentials for volume ${volumeId}`;
  throw new ConnectorFailure(message, 'connect the volume again');
};

const deviceOf = (array: MemoryArray, volumeId: string): Device => ({
  type: 'file',
  path: `memory://${array.name}/${volumeId}`,
});

const notConnected = (array: MemoryArray, connectionId: string): ConnectorFailure =>
  new ConnectorFailure(`array "${array.name}" has no connection ${connectionId}`, 'connect the volume again');
