import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { newId } from '../new-id.ts';
import { unavailable } from './unavailable.ts';

const OTHERS = 0o077;

/** Refuses a file that others may read or write, or that another user could have put there. */
const assertPrivate = (file: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void => {
  if ((mode & OTHERS) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0');
    throw unavailable(`${file} may be used by others: its mode is ${octal}`, `chmod 600 ${file}`, { file });
  }
  const user = process.geteuid?.() ?? uid;
  if (uid === user || uid === 0 || user === 0) return;
  throw unavailable(`${file} belongs to user ${uid}, and this is user ${user}`, 'run Scoria as its owner', { file });
};

/** Whether there is such a file, which then is private. */
export const isPrivateFile = (file: string): boolean => {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isFile()) throw unavailable(`${file} is not a file`, 'give the path of a file', { file });
  assertPrivate(file, stats);
  return true;
};

/** What a private file holds; `null` where there is none. */
export const readPrivateFile = (file: string): string | null => {
  if (!isPrivateFile(file)) return null;
  const descriptor = openSync(file, 'r');
  try {
    // Again, of what was opened.
    assertPrivate(file, fstatSync(descriptor));
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
};

export const syncDirectoryOf = (file: string): void => {
  const descriptor = openSync(dirname(file), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Makes a file that only its owner may use, whole and durable; answers whether it was this one that made it. */
export const makePrivateFile = (file: string, text: string): boolean => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${newId()}.new`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    linkSync(draft, file);
    syncDirectoryOf(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
};
