import { readdir, readFile, stat } from 'node:fs/promises';
import { deviceSizeBytes } from '../drivers/file/loop-devices.ts';

/** What the kernel says in a file of `/sys`; `null` where it says nothing, as of what just went. */
export const attribute = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );

export const entries = (directory: string): Promise<readonly string[]> => readdir(directory).catch(() => []);

/** The device's size once it can be opened and has one. */
export const usableSize = async (name: string): Promise<bigint | null> => {
  const node = await stat(`/dev/${name}`).catch(() => null);
  const sizeBytes = node?.isBlockDevice() ? await deviceSizeBytes(`/dev/${name}`) : null;
  return sizeBytes === 0n ? null : sizeBytes;
};
