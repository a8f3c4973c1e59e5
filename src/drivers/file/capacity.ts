import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackendStats } from '../../domain/backend/backend.ts';
import { DriverFailure } from '../contract.ts';
import { entriesOf } from './durable-files.ts';
import { fileFailure } from './failures.ts';
import { isCompleteName } from './names.ts';

export interface CapacityOptions {
  readonly max_over_subscription_ratio: string;
  readonly reserved_percentage: number;
}

interface Space {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

const spaceOf = async (directory: string): Promise<Space> => {
  const { blocks, bavail, bsize } = await statfs(directory).catch((error) => {
    throw fileFailure('read the capacity of', directory, error);
  });
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
};

/** The sum of the files' sizes. Remembers sizes, so that a creation does not read every file of the directory anew. */
export class ProvisionedBytes {
  #sizes = new Map<string, number>();

  async fresh(directory: string): Promise<number> {
    this.#sizes = new Map();
    return this.of(directory, await entriesOf(directory));
  }

  async of(directory: string, entries: readonly string[]): Promise<number> {
    const sizes = new Map<string, number>();
    const unknown: string[] = [];
    for (const name of entries) {
      const size = this.#sizes.get(name);
      if (size !== undefined) sizes.set(name, size);
      else if (isCompleteName(name)) unknown.push(name);
    }
    const read = await Promise.all(unknown.map((name) => stat(join(directory, name)).then(({ size }) => size, isGone)));
    for (const [index, name] of unknown.entries()) sizes.set(name, read[index] ?? 0);
    this.#sizes = sizes;
    return sizes.values().reduce((sum, size) => sum + size, 0);
  }

  /** The file of that name has another size now. */
  forget(name: string): void {
    this.#sizes.delete(name);
  }
}

/** A file that is deleted while its directory is read counts no more. */
const isGone = (): number => 0;

const GIB_BYTES = 1024 ** 3;

/** Refuses what the file system could not hold even at the ratio that the operator allows. */
export const requireRoom = async (
  directory: string,
  provisioned: Promise<number>,
  moreBytes: bigint,
  options: CapacityOptions,
): Promise<void> => {
  const [{ totalBytes }, provisionedBytes] = await Promise.all([spaceOf(directory), provisioned]);
  const usableBytes = totalBytes * (1 - options.reserved_percentage / 100);
  const promisableBytes = usableBytes * Number(options.max_over_subscription_ratio);
  if (provisionedBytes + Number(moreBytes) <= promisableBytes) return;
  const gib = (bytes: number): string => (bytes / GIB_BYTES).toFixed(1);
  throw new DriverFailure(
    `${directory} has no room for ${gib(Number(moreBytes))} GiB more: ${gib(provisionedBytes)} of the ` +
      `${gib(promisableBytes)} GiB that may be promised are taken`,
    'delete volumes or snapshots, make the file system larger, or raise max_over_subscription_ratio',
  );
};

export const statsOf = async (
  directory: string,
  backendName: string,
  provisionedBytes: number,
  options: CapacityOptions,
): Promise<BackendStats> => {
  const space = await spaceOf(directory);
  return {
    volume_backend_name: backendName,
    vendor_name: 'Scoria',
    driver_version: '1.0.0',
    storage_protocol: 'file',
    pools: [
      {
        pool_name: backendName,
        total_capacity_bytes: Math.min(space.totalBytes, Number.MAX_SAFE_INTEGER),
        free_capacity_bytes: Math.min(space.freeBytes, Number.MAX_SAFE_INTEGER),
        provisioned_capacity_bytes: Math.min(provisionedBytes, Number.MAX_SAFE_INTEGER),
        reserved_percentage: options.reserved_percentage,
        max_over_subscription_ratio: options.max_over_subscription_ratio,
        thin_provisioning_support: true,
        thick_provisioning_support: false,
        multiattach: true,
      },
    ],
  };
};
