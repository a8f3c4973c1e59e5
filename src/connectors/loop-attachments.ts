import { constants } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../drivers/command-runner.ts';
import { backingFileOf, deviceSizeBytes, isReadOnly, loopDevicesOf } from '../drivers/file/loop-devices.ts';
import { Claims } from './claims.ts';
import { ConnectorFailure, type Device } from './contract.ts';
import type { HostEnvironment } from './environment.ts';

const FUSE_MAGIC = 0x65735546;
const GONE_WITHIN_MS = 10_000;
const POLL_MS = 10;

/** Loop devices over files, one per connection. */
export class LoopAttachments {
  readonly #environment: HostEnvironment;
  readonly #claims: Claims;

  constructor(environment: HostEnvironment) {
    this.#environment = environment;
    this.#claims = new Claims(join(environment.stateDirectory ?? '/run/scoria', 'loops'));
  }

  /** The connection's own device; after a crash between making and claiming it, the one that nobody claims. */
  async find(file: string, connectionId: string): Promise<Device | null> {
    const claim = await this.#claims.of(connectionId);
    if (claim === null) return null;
    if ((await backingFileOf(claim)) === file) return { type: 'block', path: claim };
    if (!(await this.#claims.isAttaching(connectionId))) return null;
    const claimed = await this.#claims.devicesOver(file);
    const unclaimed = (await loopDevicesOf(file)).find((device) => !claimed.has(device));
    return unclaimed === undefined ? null : { type: 'block', path: unclaimed };
  }

  async attach(file: string, connectionId: string, readOnly: boolean): Promise<Device> {
    const standing = await this.find(file, connectionId);
    if (standing !== null && (await isReadOnly(standing.path)) !== readOnly) {
      const mode = readOnly ? 'writable' : 'read-only';
      throw new ConnectorFailure(`${file} is attached ${mode} already as ${standing.path}`, 'detach it first');
    }
    if (standing === null) await this.#begin(connectionId);
    const path = standing?.path ?? (await this.#make(file, connectionId, readOnly));
    await this.#claims.settle(connectionId, path, file);
    await this.#bypassPageCache(file, path);
    return { type: 'block', path };
  }

  async detach(file: string, connectionId: string, device: Device | null, force: boolean): Promise<void> {
    const recorded = device !== null && (await this.isLoopOf(device, file)) ? device : null;
    const standing = recorded ?? (await this.find(file, connectionId));
    if (standing !== null) await this.#remove(standing.path, connectionId, force);
    await this.#claims.end(connectionId);
  }

  async isLoopOf(device: Device, file: string): Promise<boolean> {
    const backing = device.type === 'block' ? await backingFileOf(device.path) : null;
    // The kernel says so of a file that was removed underneath the device.
    return backing === file || backing === `${file} (deleted)`;
  }

  /** Makes the device as large as its file is now. Returns its size in bytes. */
  async grow(device: Device): Promise<bigint> {
    await this.#losetup(['-c', device.path], `grow ${device.path}`);
    const sizeBytes = await deviceSizeBytes(device.path);
    if (sizeBytes !== null) return sizeBytes;
    throw new ConnectorFailure(`${device.path} is gone`, 'attach the volume again');
  }

  async #begin(connectionId: string): Promise<void> {
    await this.#claims.begin(connectionId).catch((error: NodeJS.ErrnoException) => {
      throw new ConnectorFailure(`the connection cannot be noted in /run (${error.code})`, 'make /run writable');
    });
  }

  async #make(file: string, connectionId: string, readOnly: boolean): Promise<string> {
    const args = ['-f', '--show', ...(readOnly ? ['--read-only'] : []), file];
    try {
      return (await this.#losetup(args, `attach ${file}`)).trim();
    } catch (error) {
      if (error instanceof ConnectorFailure) await this.#claims.end(connectionId);
      throw error;
    }
  }

  /** So that bytes are not cached twice. Not over FUSE, where concurrent direct writes were seen to corrupt data. */
  async #bypassPageCache(file: string, device: string): Promise<void> {
    if ((await statfs(file)).type === FUSE_MAGIC) return;
    await this.#losetup(['--direct-io=on', device], `use direct I/O on ${device}`).catch(() => {
      this.#environment.log.debug({ path: device }, 'The file system has no direct I/O');
    });
  }

  async #remove(device: string, connectionId: string, force: boolean): Promise<void> {
    await flush(device).catch((error: NodeJS.ErrnoException) => {
      if (force) return;
      const inUse = error.code === 'EBUSY';
      throw new ConnectorFailure(
        `${device} ${inUse ? 'is in use, mounted or held by another device' : `cannot be flushed (${error.code})`}`,
        inUse ? 'unmount it first' : 'check the disk, or detach by force and lose what is not written',
      );
    });
    const backing = await backingFileOf(device);
    await this.#losetup(['-d', device], `detach ${device}`);
    if (await goneInTime(device, backing)) return;
    // The kernel lets it go when its last user closes it.
    if (!force) throw new Error(`${device} is still in use and goes when it is closed`);
    this.#environment.log.warn({ path: device, connectionId }, 'The device is still in use and goes when it is closed');
  }

  async #losetup(args: readonly string[], action: string): Promise<string> {
    try {
      return (await this.#environment.run('losetup', args, { root: true })).stdout;
    } catch (error) {
      const ended = error instanceof CommandError && !error.timedOut && !error.cancelled;
      if (!ended) throw error;
      throw new ConnectorFailure(
        `cannot ${action}: ${error.message}`,
        'check that this host has loop devices and losetup',
      );
    }
  }
}

/** Writes out what the device's cache holds. Opened exclusively, it is refused while it is mounted or held. */
const flush = async (device: string): Promise<void> => {
  const handle = await open(device, constants.O_RDONLY | constants.O_EXCL);
  await handle.sync().finally(() => handle.close());
};

const goneInTime = async (device: string, backing: string | null): Promise<boolean> => {
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (backing !== null && (await backingFileOf(device)) === backing) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
};
