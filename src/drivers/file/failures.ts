import { DriverFailure, isDriverFailure } from '../contract.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOSPC: ['the file system is full', 'Free space in the file system, or make it larger'],
  EDQUOT: ['the quota of the file system is used up', 'Free space, or raise the quota'],
  EFBIG: ['the file system holds no file that large', 'Ask for a smaller volume, or use another file system'],
  EIO: ['the disk reported an input/output error', 'Check the disk and the kernel log'],
  EROFS: ['the file system is read-only', 'Mount it writable'],
  EACCES: ['permission was denied', 'Give the user that runs Scoria the right to write there'],
  EPERM: ['the operation is not permitted', 'Give the user that runs Scoria the right to write there'],
  EEXIST: ['it is there already', 'Move what is there away first'],
  ENOENT: ['it is not there', 'Check that the directory is there and mounted'],
  ENOTDIR: ['it is not a directory', 'Name a directory'],
  ELOOP: ['it is a symbolic link', 'Put the file itself there'],
  ENAMETOOLONG: ['the name is too long', 'Use a shorter id'],
  EMFILE: ['this process has too many open files', 'Raise the limit of open files'],
};

/** What went wrong with a path, as a failure of which nothing is left behind. */
export const fileFailure = (action: string, path: string, error: unknown): DriverFailure => {
  if (isDriverFailure(error)) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  const fallback = error instanceof Error ? error.message : String(error);
  const [reason, remedy] = REASONS[code] ?? [fallback, 'See what the file system and the kernel log say'];
  return new DriverFailure(`Cannot ${action} ${path}: ${reason}${code === '' ? '' : ` (${code})`}`, remedy);
};

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
