import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the machine's kernel and packages are kept, outside the repository. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scoria-vm');

const underWay = new Map<string, Promise<string>>();

/** The directory of that name in the cache, made by `make` when it is not there, whole or not at all. */
export const cached = (name: string, make: (directory: string) => Promise<void>): Promise<string> => {
  const found = underWay.get(name) ?? foundOrMade(name, make);
  underWay.set(name, found);
  return found;
};

const foundOrMade = async (name: string, make: (directory: string) => Promise<void>): Promise<string> => {
  const directory = join(CACHE, name);
  const begun = `${directory}.${randomUUID()}.begun`;
  await mkdir(CACHE, { recursive: true });
  if (await isThere(directory)) return directory;
  await mkdir(begun);
  try {
    await make(begun);
    // Another process may have been faster.
    await rename(begun, directory).catch(async (error) => {
      if (!(await isThere(directory))) throw error;
    });
  } finally {
    await rm(begun, { recursive: true, force: true });
  }
  return directory;
};

const isThere = (directory: string): Promise<boolean> =>
  access(directory).then(
    () => true,
    () => false,
  );
