import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DriverFailure } from '../contract.ts';
import { fileFailure, hasCode } from './failures.ts';
import { partialName } from './partials.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
const NEW_FILE = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW;
const OWNER_ONLY = 0o600;

/** Writes the bytes of a new file under its temporary path; the file is there and empty. */
export type Fill = (partialPath: string) => Promise<void>;

/** The size of the complete file; `null` when there is none. Anything but a plain file is refused. */
export const sizeOf = async (path: string): Promise<bigint | null> => {
  const stat = await lstat(path, { bigint: true }).catch((error) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw fileFailure('read', path, error);
  });
  if (stat === null || stat.isFile()) return stat?.size ?? null;
  const what = stat.isSymbolicLink() ? 'a symbolic link' : 'not a plain file';
  throw new DriverFailure(`${path} is ${what}`, 'put the plain file of the volume there, or remove what is there');
};

export const openForReading = (path: string): Promise<FileHandle> => open(path, O_RDONLY | O_NOFOLLOW);

export const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, O_RDONLY);
  await handle.sync().finally(() => handle.close());
};

/** Makes a new file in one step, durably: it is there complete or not at all. A file that stands is not touched. */
export const createFile = (path: string, sizeBytes: bigint, fill?: Fill): Promise<void> =>
  inOneStep('create', path, sizeBytes, fill, publishNew);

/** Gives a standing file other bytes in one step, durably. */
export const replaceFile = (path: string, sizeBytes: bigint, fill: Fill): Promise<void> =>
  inOneStep('replace', path, sizeBytes, fill, rename);

type Publish = (partial: string, path: string) => Promise<void>;

/** A failure before the step leaves nothing; one after it leaves the outcome unknown, so it is not made a failure. */
const inOneStep = async (
  action: 'create' | 'replace',
  path: string,
  sizeBytes: bigint,
  fill: Fill | undefined,
  publish: Publish,
): Promise<void> => {
  const partial = join(dirname(path), partialName(basename(path)));
  try {
    if (fill === undefined) {
      await setSize(partial, sizeBytes, NEW_FILE);
    } else {
      await (await open(partial, NEW_FILE, OWNER_ONLY)).close();
      await fill(partial);
      // Opened anew, because a copy may have put another file in its place.
      await setSize(partial, sizeBytes, O_RDWR | O_NOFOLLOW);
    }
    await publish(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw fileFailure(action, path, error);
  }
  await rm(partial, { force: true });
  await syncDirectory(dirname(path));
};

const setSize = async (path: string, sizeBytes: bigint, flags: number): Promise<void> => {
  const file = await open(path, flags, OWNER_ONLY);
  try {
    await file.truncate(lengthOf(sizeBytes));
    await file.sync();
  } finally {
    await file.close();
  }
};

const lengthOf = (sizeBytes: bigint): number => {
  if (sizeBytes <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(sizeBytes);
  throw Object.assign(new Error('too large'), { code: 'EFBIG' });
};

/** A hard link never overwrites; where there are none, one step of checking and renaming has to do. */
const publishNew = async (partial: string, path: string): Promise<void> => {
  try {
    await link(partial, path);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    if ((await sizeOf(path)) !== null) throw Object.assign(new Error('it is there already'), { code: 'EEXIST' });
    await rename(partial, path);
  }
};

/**
 * Gives a file another name, durably, and never in the place of another file. Repeated after a crash in the middle, it
 * takes away the old name that is left.
 */
export const renameFile = async (from: string, to: string): Promise<void> => {
  try {
    const [old, present] = await Promise.all([from, to].map(inodeOf));
    if (old !== null && old !== present) await publishNew(from, to);
    if (old !== null) await rm(from, { force: true });
  } catch (error) {
    throw fileFailure('rename', from, error);
  }
  await syncDirectory(dirname(to));
};

const inodeOf = async (path: string): Promise<bigint | null> => {
  const stat = await lstat(path, { bigint: true }).catch((error) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  return stat?.ino ?? null;
};

/** Grows a file, durably. A failure gives it its old size again. */
export const growFile = async (path: string, fromBytes: bigint, toBytes: bigint): Promise<void> => {
  const file = await open(path, O_RDWR | O_NOFOLLOW).catch((error) => {
    throw fileFailure('extend', path, error);
  });
  try {
    await file.truncate(lengthOf(toBytes));
    await file.sync();
  } catch (error) {
    await file.truncate(lengthOf(fromBytes));
    throw fileFailure('extend', path, error);
  } finally {
    await file.close();
  }
};

/** Removes a file, durably. It may be gone already: then an earlier removal is made durable. */
export const removeFile = async (path: string): Promise<void> => {
  if ((await sizeOf(path)) !== null) {
    await unlink(path).catch((error) => {
      if (!hasCode(error, 'ENOENT')) throw fileFailure('delete', path, error);
    });
  }
  await syncDirectory(dirname(path));
};

export const entriesOf = async (directory: string): Promise<readonly string[]> =>
  readdir(directory).catch((error) => {
    throw fileFailure('read', directory, error);
  });
