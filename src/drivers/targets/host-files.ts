import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** What the kernel shows everybody of its own: read in this process, without a program. */

/** The names in a directory, in order; none where there is no directory. */
export const namesIn = async (path: string): Promise<readonly string[]> =>
  ((await readdir(path).catch(orNothing)) ?? []).toSorted();

/** The text of an attribute without its line's end; `null` where there is none. */
export const attribute = async (path: string): Promise<string | null> =>
  (await readFile(path, 'utf8').catch(orNothing))?.trimEnd() ?? null;

export const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(orNothing)) !== undefined;

/** Where it really is; `null` where nothing is. */
export const realPlace = async (path: string): Promise<string | null> =>
  (await realpath(path).catch(orNothing)) ?? null;

export const isSameDevice = async (one: string, other: string): Promise<boolean> =>
  one === other || ((await realPlace(one)) ?? one) === ((await realPlace(other)) ?? other);

/** Whether the device gives back what is discarded. */
export const discards = async (devicePath: string): Promise<boolean> => {
  const device = basename((await realPlace(devicePath)) ?? devicePath);
  return Number((await attribute(`/sys/class/block/${device}/queue/discard_max_bytes`)) ?? 0) > 0;
};

const orNothing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
};
