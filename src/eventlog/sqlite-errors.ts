import { closeSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { rejections, type ScoriaError } from '../domain/errors.ts';
import { type LogRejection, logError } from './log-errors.ts';

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const AUTH = 23;
const NOTADB = 26;

/** Less than this is left: an I/O error is put down to the full disk (a write-ahead index grows by 32 KiB). */
const FULL_BELOW_BYTES = 1024 * 1024;

const primaryCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;

export const isBusy = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === BUSY || code === PROTOCOL;
};

export const isDamaged = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === CORRUPT || code === NOTADB;
};

/** Reported by SQLite, or by the file system itself. */
const isFull = (error: unknown): boolean =>
  primaryCode(error) === FULL || ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** This user may not write the file, or may not make its companions beside it. */
export const isForbidden = (error: unknown): boolean => {
  const code = primaryCode(error);
  return code === READONLY || code === CANTOPEN;
};

const because = (reject: LogRejection, message: string, remedy: string, file: string, cause?: unknown): ScoriaError => {
  const found = cause instanceof Error ? { cause: cause.message } : {};
  return logError(reject, message, remedy, { file, ...found }, cause === undefined ? undefined : { cause });
};

export const logNotFound = (file: string): ScoriaError =>
  because(
    rejections.LogNotFound,
    `there is no log at ${file}`,
    'give the path of a log; `scoria backend add` makes one',
    file,
  );

export const logInvalid = (file: string, fault: string, remedy: string, cause?: unknown): ScoriaError =>
  because(rejections.LogInvalid, `the file ${file} ${fault}`, remedy, file, cause);

export const logDamaged = (file: string, fault: string, cause?: unknown): ScoriaError =>
  logInvalid(file, fault, 'restore it from a copy', cause);

export const logNewer = (file: string, version: number, known: number): ScoriaError =>
  because(
    rejections.LogNewer,
    `the log ${file} has schema version ${version}, this Scoria knows ${known}`,
    'use the Scoria that wrote it or a later one',
    file,
  );

export const logUnavailable = (file: string, fault: string, remedy: string, cause?: unknown): ScoriaError =>
  because(rejections.LogUnavailable, `the log ${file} ${fault}`, remedy, file, cause);

export const logLocked = (file: string, timeoutMs: number, cause?: unknown): ScoriaError =>
  logUnavailable(
    file,
    `is locked: another process holds it for longer than ${timeoutMs} ms`,
    'try again when that process has ended its transaction, or end it',
    cause,
  );

const logFull = (file: string, cause: unknown): ScoriaError =>
  because(
    rejections.LogFull,
    `there is no room left for the log ${file}: what was to be recorded is not`,
    'make room on its file system and repeat the command',
    file,
    cause,
  );

const logReadOnly = (file: string, cause: unknown): ScoriaError =>
  because(
    rejections.LogReadOnly,
    `the log ${file} can only be read`,
    'open it for writing, as a user who may write the file, what stands beside it (-wal, -shm) and its directory',
    file,
    cause,
  );

const isDiskFull = (file: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    return false;
  }
};

/** A log, what stands beside it, and their directory. */
const FILES_OF_A_LOG = 4;

/** SQLite says of a file only that it cannot be opened. */
const isOutOfDescriptors = (): boolean => {
  const opened: number[] = [];
  try {
    while (opened.length < FILES_OF_A_LOG) opened.push(openSync('/dev/null', 'r'));
    return false;
  } catch (error) {
    return ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '');
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
};

const tooManyFiles = (file: string, cause: unknown): ScoriaError =>
  logUnavailable(file, 'cannot be opened: this process has too many open files', 'raise their limit: ulimit -n', cause);

/** What SQLite reported, in the log's words. A refused statement (a constraint, an SQL fault) stays as it is: a bug. */
export const explainSqlite = (error: unknown, file: string): unknown => {
  switch (primaryCode(error)) {
    case FULL:
      return logFull(file, error);
    case READONLY:
      return logReadOnly(file, error);
    case CORRUPT:
    case NOTADB:
      return logDamaged(file, 'is damaged', error);
    case IOERR:
      return isDiskFull(file)
        ? logFull(file, error)
        : logUnavailable(file, 'could not be read or written', 'look at its disk', error);
    case BUSY:
    case LOCKED:
    case PROTOCOL:
      return logUnavailable(file, 'is locked by another process', 'try again', error);
    case CANTOPEN:
    case PERM:
    case AUTH:
      return isOutOfDescriptors()
        ? tooManyFiles(file, error)
        : logUnavailable(file, 'cannot be opened', 'give this user access to the file and to its directory', error);
    case NOMEM:
      return logUnavailable(file, 'needs more memory than there is', 'give the process more memory', error);
    default:
      return error;
  }
};

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;

/** What the file system reported, in the log's words. */
export const explainFileSystem = (error: unknown, file: string): unknown => {
  if (!isSystemError(error)) return error;
  if (isFull(error)) return logFull(file, error);
  if (error.code === 'EMFILE' || error.code === 'ENFILE') return tooManyFiles(file, error);
  return logUnavailable(
    file,
    `cannot be reached (${error.code})`,
    'give the path of a file in a directory that exists, on a local file system, that this user may use',
    error,
  );
};
