import { DriverFailure, isDriverFailure } from '../contract.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['the file system is full', 'free space in the file system, or make it larger'],
  EDQUOT: ['the quota of the file system is used up', 'free space, or raise the quota'],
  EFBIG: ['the file system holds no file that large', 'ask for a smaller volume, or use another file system'],
  EIO: ['the disk reported an input/output error', 'check the disk and the kernel log'],
  EROFS: ['the file system is read-only', 'mount it writable'],
  EACCES: ['permission was denied', 'give the user that runs Scoria the right to write there'],
  EPERM: ['the operation is not permitted', 'give the user that runs Scoria the right to write there'],
  EEXIST: ['it is there already', 'move what is there away first'],
  ENOENT: ['it is not there', 'check that the directory is there and mounted'],
  ENOTDIR: ['it is not a directory', 'name a directory'],
  ELOOP: ['it is a symbolic link', 'put the file itself there'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter id'],
  EMFILE: ['this process has too many open files', 'raise the limit of open files'],
};

/** What went wrong with a path, as a failure of which nothing is left behind. */
export const fileFailure = (action: string, path: string, error: unknown): DriverFailure => {
  if (isDriverFailure(error)) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  const fallback = error instanceof Error ? error.message : String(error);
  const [reason, remedy] = REASONS[code] ?? [fallback, 'see what the file system and the kernel log say'];
  return new DriverFailure(`cannot ${action} ${path}: ${reason}${code === '' ? '' : ` (${code})`}`, remedy);
};

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
