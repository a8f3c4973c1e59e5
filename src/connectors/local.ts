import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import type { ConnectionInfo } from '../drivers/contract.ts';
import { deviceSizeBytes } from '../drivers/file/loop-devices.ts';
import { connectionIdOf } from './connection-id.ts';
import { ConnectorFailure, type Device, type HostConnector } from './contract.ts';
import type { HostEnvironment } from './environment.ts';
import { LoopAttachments } from './loop-attachments.ts';

/**
 * A file or block device of this host: `{ driver_volume_type: 'local', data: { device_path, access_mode } }`.
 *
 * Root gets a loop device per connection over a file; without root the file itself is the device. A block device (a
 * logical volume) is used as it is.
 */
export const localConnector = (environment: HostEnvironment): HostConnector => {
  const loops = new LoopAttachments(environment);
  const isRoot = environment.isRoot ?? process.getuid?.() === 0;

  const connectVolume: HostConnector['connectVolume'] = async (info, { attach_mode }) => {
    const target = await targetOf(info);
    if (target === null) throw notThere(info);
    if (target.type === 'file' && isRoot) return loops.attach(target.path, connectionOf(info), attach_mode === 'ro');
    const needed = attach_mode === 'ro' ? constants.R_OK : constants.R_OK | constants.W_OK;
    await access(target.path, needed).catch((error: NodeJS.ErrnoException) => {
      const remedy = 'give this user the right to read and write it';
      throw new ConnectorFailure(`${target.path} cannot be opened (${error.code})`, remedy);
    });
    return target;
  };

  const findDevice = async (info: ConnectionInfo): Promise<Device | null> => {
    const target = await targetOf(info);
    return target?.type === 'file' && isRoot ? loops.find(target.path, connectionOf(info)) : target;
  };

  return {
    protocol: 'local',
    connectVolume,
    findDevice,
    disconnectVolume: async (info, device, { force }) => {
      const target = await targetOf(info);
      if (target?.type === 'block' || !isRoot) return;
      await loops.detach(target?.path ?? pathOf(info), connectionOf(info), device, force);
    },
    extendVolume: async (info, device) => {
      if (await loops.isLoopOf(device, pathOf(info))) return loops.grow(device);
      if (device.type === 'file') return (await stat(device.path, { bigint: true })).size;
      const sizeBytes = await deviceSizeBytes(device.path);
      if (sizeBytes === null) throw notThere(info);
      return sizeBytes;
    },
  };
};

const pathOf = ({ data }: ConnectionInfo): string => {
  if (typeof data.device_path === 'string' && data.device_path.startsWith('/')) return data.device_path;
  throw new ConnectorFailure('the connection info has no absolute "device_path"', 'connect the volume again');
};

const connectionOf = (info: ConnectionInfo): string => connectionIdOf(info, `path ${pathOf(info)}`);

const notThere = (info: ConnectionInfo): ConnectorFailure =>
  new ConnectorFailure(`${pathOf(info)} is not on this host`, 'attach on the host that holds the volume');

const targetOf = async (info: ConnectionInfo): Promise<Device | null> => {
  const path = pathOf(info);
  const absent = (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new ConnectorFailure(`${path} cannot be read (${error.code})`, 'give this user the right to read it');
  };
  const target = await stat(path).catch(absent);
  if (target === null) return null;
  if (target.isBlockDevice()) return { type: 'block', path };
  if (target.isFile() && !(await lstat(path)).isSymbolicLink()) return { type: 'file', path: await realpath(path) };
  throw new ConnectorFailure(`${path} is neither a plain file nor a block device`, 'check what was put in its place');
};
