import { constants } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { backingFileOf, isReadOnly, loopDevicesOf } from '../drivers/file/loop-devices.ts';
import { Claims } from './claims.ts';
import { ConnectorFailure, type Device } from './contract.ts';
import type { HostEnvironment } from './environment.ts';
import { Loops } from './loops.ts';

const FUSE_MAGIC = 0x65735546;

/** Loop devices over files, one per connection. */
export class LoopAttachments {
  readonly #environment: HostEnvironment;
  readonly #claims: Claims;
  readonly #loops: Loops;

  constructor(environment: HostEnvironment) {
    this.#environment = environment;
    this.#loops = new Loops(environment.run);
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
  grow(device: Device): Promise<bigint> {
    return this.#loops.grow(device.path);
  }

  async #begin(connectionId: string): Promise<void> {
    await this.#claims.begin(connectionId).catch((error: NodeJS.ErrnoException) => {
      throw new ConnectorFailure(`the connection cannot be noted in /run (${error.code})`, 'make /run writable');
    });
  }

  async #make(file: string, connectionId: string, readOnly: boolean): Promise<string> {
    try {
      return await this.#loops.make(file, readOnly);
    } catch (error) {
      if (error instanceof ConnectorFailure) await this.#claims.end(connectionId);
      throw error;
    }
  }

  /** So that bytes are not cached twice. Not over FUSE, where concurrent direct writes were seen to corrupt data. */
  async #bypassPageCache(file: string, device: string): Promise<void> {
    if ((await statfs(file)).type === FUSE_MAGIC) return;
    await this.#loops.bypassPageCache(device).catch(() => {
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
    if (await this.#loops.remove(device)) return;
    if (!force) throw new Error(`${device} is still in use and goes when it is closed`);
    this.#environment.log.warn({ path: device, connectionId }, 'The device is still in use and goes when it is closed');
  }
}

/** Writes out what the device's cache holds. Opened exclusively, it is refused while it is mounted or held. */
const flush = async (device: string): Promise<void> => {
  const handle = await open(device, constants.O_RDONLY | constants.O_EXCL);
  await handle.sync().finally(() => handle.close());
};
