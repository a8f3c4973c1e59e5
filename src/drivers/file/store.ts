import { constants } from 'node:fs';
import { access, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Snapshot } from '../../domain/volume/volume.ts';
import { DriverFailure, type FoundVolume, type Volume, type VolumeModelUpdate } from '../contract.ts';
import { type CapacityOptions, ProvisionedBytes, requireRoom } from './capacity.ts';
import { type CopyEnvironment, copyBytes } from './copy.ts';
import {
  createFile,
  entriesOf,
  type Fill,
  growFile,
  removeFile,
  replaceFile,
  sizeOf,
  syncDirectory,
} from './durable-files.ts';
import { fileFailure, hasCode } from './failures.ts';
import { loopDevicesOf } from './loop-devices.ts';
import { fileName, type Kind } from './names.ts';
import { leftoversAmong } from './partials.ts';

export const bytesOf = (sizeGiB: number): bigint => BigInt(sizeGiB) * 1024n ** 3n;

/** The directory of one backend. A file in it that has its final name is complete and durable. */
export class FileStore {
  directory: string;
  readonly #options: CapacityOptions;
  readonly #copying: CopyEnvironment;
  readonly #provisioned = new ProvisionedBytes();

  constructor(directory: string, options: CapacityOptions, copying: CopyEnvironment) {
    this.directory = directory;
    this.#options = options;
    this.#copying = copying;
  }

  async setup(): Promise<void> {
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o750 });
      // Loop devices know their file by its real path.
      this.directory = await realpath(this.directory);
      if (!(await stat(this.directory)).isDirectory()) throw notADirectory();
      await access(this.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw fileFailure('use the directory', this.directory, hasCode(error, 'EEXIST') ? notADirectory() : error);
    }
    await this.#removeLeftovers(await entriesOf(this.directory));
  }

  provisionedBytes(): Promise<number> {
    return this.#provisioned.fresh(this.directory);
  }

  async create(kind: Kind, id: string, sizeBytes: bigint, fill?: Fill): Promise<VolumeModelUpdate> {
    const name = fileName(kind, id);
    const path = join(this.directory, name);
    const [standing, entries] = await Promise.all([sizeOf(path), entriesOf(this.directory)]);
    if (standing !== null && standing !== sizeBytes) {
      throw new DriverFailure(`${path} is there already, with ${standing} bytes`, 'move that file away first');
    }
    if (standing === null) {
      await this.#removeLeftovers(entries, name);
      await this.#requireRoom(entries, sizeBytes);
      await createFile(path, sizeBytes, fill);
    } else {
      await syncDirectory(this.directory);
    }
    return { provider_location: path };
  }

  async delete(kind: Kind, id: string): Promise<void> {
    const name = fileName(kind, id);
    const path = join(this.directory, name);
    await this.requireDetached(path);
    await this.#removeLeftovers(await entriesOf(this.directory), name);
    await removeFile(path);
    this.#provisioned.forget(name);
  }

  async find(kind: Kind, id: string): Promise<FoundVolume | null> {
    const path = join(this.directory, fileName(kind, id));
    const sizeBytes = await sizeOf(path);
    if (sizeBytes === null) return null;
    // It may be seen before its name is durable; what is found is recorded as done.
    await syncDirectory(this.directory);
    return { sizeBytes, modelUpdate: { provider_location: path } };
  }

  async required(kind: Kind, id: string): Promise<{ readonly path: string; readonly sizeBytes: bigint }> {
    const path = join(this.directory, fileName(kind, id));
    const sizeBytes = await sizeOf(path);
    if (sizeBytes !== null) return { path, sizeBytes };
    throw new DriverFailure(
      `the file ${path} is not there`,
      'check that the directory is mounted, and what removed it',
    );
  }

  async extend(volume: Volume, sizeGiB: number): Promise<void> {
    const { path, sizeBytes } = await this.required('volume', volume.id);
    const wanted = bytesOf(sizeGiB);
    if (wanted < sizeBytes)
      throw new DriverFailure(`${path} is larger than ${sizeGiB} GiB already`, 'ask for more GiB');
    if (wanted > sizeBytes) await this.#requireRoom(await entriesOf(this.directory), wanted - sizeBytes);
    await growFile(path, sizeBytes, wanted);
    this.#provisioned.forget(basename(path));
  }

  async copy(volume: Volume, from: Kind, fromId: string): Promise<VolumeModelUpdate> {
    const source = await this.required(from, fromId);
    const sizeBytes = bytesOf(volume.size);
    if (source.sizeBytes > sizeBytes) {
      throw new DriverFailure(`${source.path} is larger than ${volume.size} GiB`, 'ask for more GiB');
    }
    return this.create('volume', volume.id, sizeBytes, this.#bytesOf(source.path));
  }

  async snapshot(snapshot: Snapshot): Promise<VolumeModelUpdate> {
    const { path, sizeBytes } = await this.required('volume', snapshot.volume_id);
    // A repeated call after the volume grew: the snapshot that stands is complete.
    const standing = await this.find('snapshot', snapshot.id);
    return this.create('snapshot', snapshot.id, standing?.sizeBytes ?? sizeBytes, this.#bytesOf(path));
  }

  async revert(volume: Volume, snapshot: Snapshot): Promise<void> {
    const { path, sizeBytes } = await this.required('volume', volume.id);
    const source = await this.required('snapshot', snapshot.id);
    await this.requireDetached(path);
    await replaceFile(path, sizeBytes, this.#bytesOf(source.path));
  }

  async requireDetached(path: string): Promise<void> {
    const [device] = await loopDevicesOf(path);
    if (device !== undefined) throw new DriverFailure(`${path} is attached as ${device}`, 'detach it first');
  }

  /** The file of that name has another size now, or is gone. */
  sizeChanged(name: string): void {
    this.#provisioned.forget(name);
  }

  #bytesOf(path: string): Fill {
    return (partial) => copyBytes(path, partial, this.#copying);
  }

  async #requireRoom(entries: readonly string[], moreBytes: bigint): Promise<void> {
    const provisioned = this.#provisioned.of(this.directory, entries);
    await requireRoom(this.directory, provisioned, moreBytes, this.#options);
  }

  async #removeLeftovers(entries: readonly string[], name?: string): Promise<void> {
    const left = leftoversAmong(entries, name);
    await Promise.all(left.map((entry) => rm(join(this.directory, entry), { force: true })));
    if (left.length === 0) return;
    this.#copying.log.info({ count: left.length, path: this.directory }, 'Removed what dead processes left half made');
  }
}

const notADirectory = (): Error => Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
