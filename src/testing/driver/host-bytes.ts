import { open } from 'node:fs/promises';
import { ConnectorFailure, type Device, type HostConnector } from '../../connectors/contract.ts';
import type { HostEnvironment } from '../../connectors/environment.ts';
import { findHostConnector } from '../../connectors/registry.ts';
import { ScoriaError } from '../../domain/errors.ts';
import type { ConnectionInfo } from '../../drivers/contract.ts';
import { memoryArray } from '../../drivers/memory/array.ts';
import { CannotCheck } from './cannot-check.ts';

/** A volume's bytes, as a host reads and writes them that has it attached. Offsets and lengths are bytes. */
export interface AttachedBytes {
  write(offsetBytes: number, bytes: Uint8Array): Promise<void>;
  read(offsetBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** Sees the size anew, as after the volume grew. */
  sizeBytes(): Promise<bigint>;
  detach(): Promise<void>;
}

/** Attaches what a driver answered to `initializeConnection`, and gives the volume's bytes. */
export type Attach = (info: ConnectionInfo) => Promise<AttachedBytes>;

/** Through this host's own connector for the protocol: what `volume attach` does. */
export const attachOn =
  (host: HostEnvironment): Attach =>
  async (info) => {
    const { connector, device } = await attached(host, info);
    const { write, read, close } = await openDevice(info, device.path);
    return {
      write,
      read,
      sizeBytes: () => connector.extendVolume(info, device),
      detach: async () => {
        await close();
        await connector.disconnectVolume(info, device, { force: false });
      },
    };
  };

/** Gives back what this host may still have attached of a connection. */
export const releaseOn = async (host: HostEnvironment, info: ConnectionInfo): Promise<void> => {
  for (const connector of await connectorsFor(host, info)) {
    await connector.disconnectVolume(info, null, { force: true });
  }
};

/** A host without loop devices, as most containers are, reads a file as it is. */
const connectorsFor = async (host: HostEnvironment, info: ConnectionInfo): Promise<readonly HostConnector[]> => {
  const connector = await findHostConnector(info.driver_volume_type, host).catch((error: unknown) => {
    throw error instanceof ScoriaError ? new CannotCheck(error.message) : error;
  });
  if (info.driver_volume_type !== 'local') return [connector];
  return [connector, await findHostConnector('local', { ...host, isRoot: false })];
};

const attached = async (
  host: HostEnvironment,
  info: ConnectionInfo,
): Promise<{ readonly connector: HostConnector; readonly device: Device }> => {
  let refusal: unknown;
  for (const connector of await connectorsFor(host, info)) {
    try {
      return { connector, device: await connector.connectVolume(info, { attach_mode: 'rw' }) };
    } catch (error) {
      if (!(error instanceof ConnectorFailure)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
};

/** The size in bytes that the host sees of a device that it has attached. */
export const deviceBytes = async (host: HostEnvironment, info: ConnectionInfo, device: Device): Promise<bigint> =>
  (await findHostConnector(info.driver_volume_type, host)).extendVolume(info, device);

export type OpenDevice = Pick<AttachedBytes, 'read' | 'write'> & { close(): Promise<void> };

/** The bytes of a device that is attached. */
export const openDevice = async (info: ConnectionInfo, path: string): Promise<OpenDevice> => {
  if (info.driver_volume_type === 'memory') return memoryDevice(info);
  const handle = await open(path, 'r+');
  return {
    write: async (offsetBytes, bytes) => {
      await handle.write(bytes, 0, bytes.length, offsetBytes);
      await handle.sync();
    },
    read: async (offsetBytes, lengthBytes) => {
      const bytes = new Uint8Array(lengthBytes);
      await handle.read(bytes, 0, lengthBytes, offsetBytes);
      return bytes;
    },
    close: () => handle.close(),
  };
};

/** A device that is only a name. */
const memoryDevice = ({ data }: ConnectionInfo): OpenDevice => {
  const array = memoryArray(String(data.array));
  const volume = String(data.volume_id);
  return {
    write: async (offsetBytes, bytes) => array.write(volume, offsetBytes, bytes),
    read: async (offsetBytes, lengthBytes) => array.read(volume, offsetBytes, lengthBytes),
    close: async () => {},
  };
};
