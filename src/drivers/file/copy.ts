import { constants, copyFile, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Logger } from '../../logging.ts';
import type { Onlooker } from '../../progress.ts';
import { CommandError } from '../command-runner.ts';
import { DriverFailure } from '../contract.ts';
import type { RunCommand } from '../run-command.ts';
import { openForReading } from './durable-files.ts';
import { hasCode } from './failures.ts';

const COPY_TIMEOUT_MS = 24 * 3_600_000;
const PROGRESS_MS = 250;
const BLOCK_BYTES = 512;

export interface CopyEnvironment {
  readonly run: RunCommand;
  readonly log: Logger;
  readonly signal: () => AbortSignal;
  readonly onProgress?: Onlooker['onProgress'];
}

/**
 * Gives `to`, which is there and empty, the bytes of `from`: shared blocks where the file system can, else a copy of
 * what is not a hole.
 */
export const copyBytes = async (from: string, to: string, environment: CopyEnvironment): Promise<void> => {
  const source = await openForReading(from);
  try {
    // The open file, whatever is put in the place of its name meanwhile.
    const path = `/proc/${process.pid}/fd/${source.fd}`;
    if (await shared(path, to)) return;
    const before = await source.stat({ bigint: true });
    await copied({ name: from, path, bytes: Number(before.blocks) * BLOCK_BYTES }, to, environment);
    const after = await source.stat({ bigint: true });
    if (before.mtimeNs === after.mtimeNs && before.size === after.size) return;
    throw new DriverFailure(
      `${from} was written to while it was copied`,
      'detach the volume first, or use a file system with reflinks (xfs, btrfs), where a copy is one step',
    );
  } finally {
    await source.close();
  }
};

const shared = async (from: string, to: string): Promise<boolean> => {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL', 'EXDEV')) return false;
    throw error;
  }
};

interface Source {
  readonly name: string;
  /** Where its bytes are read. */
  readonly path: string;
  /** What it holds besides holes. */
  readonly bytes: number;
}

const copied = async (source: Source, to: string, { run, signal, onProgress }: CopyEnvironment): Promise<void> => {
  await rm(to, { force: true });
  const progress = setInterval(() => void tellProgress(source, to, onProgress), PROGRESS_MS);
  try {
    const how = ['--sparse=always', '--reflink=auto', '--no-target-directory'];
    await run('cp', [...how, '--', source.path, to], { timeoutMs: COPY_TIMEOUT_MS, signal: signal() });
  } catch (error) {
    throw error instanceof CommandError ? copyFailure(to, error) : error;
  } finally {
    clearInterval(progress);
  }
};

const copyFailure = (to: string, error: CommandError): Error => {
  if (error.cancelled) return new DriverFailure('the copy was stopped before its end', 'give the command again');
  if (error.stderr.includes('No space left')) return Object.assign(new Error('full'), { code: 'ENOSPC' });
  if (error.stderr.includes('quota exceeded')) return Object.assign(new Error('quota'), { code: 'EDQUOT' });
  if (error.stderr.includes('Input/output error')) return Object.assign(new Error('disk'), { code: 'EIO' });
  if (error.message.includes('EMFILE')) return Object.assign(new Error('files'), { code: 'EMFILE' });
  return new DriverFailure(`copying into ${to} failed: ${error.message}`, 'see what the message says, and try again');
};

const tellProgress = async (
  { name, bytes }: Source,
  to: string,
  onProgress: CopyEnvironment['onProgress'],
): Promise<void> => {
  const file = await stat(to).catch(() => undefined);
  if (file === undefined) return;
  const done = Math.min(bytes, file.blocks * BLOCK_BYTES);
  onProgress?.({ work: 'copy', subject: basename(name), unit: 'bytes', done, total: bytes });
};
