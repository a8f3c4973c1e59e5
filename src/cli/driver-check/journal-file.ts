import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where the record of one check is: a file of its own. */
export interface JournalFile {
  readonly path: string;
  /** Takes the file away, and the directory if it was made for it. */
  remove(): Promise<void>;
}

export const newJournalFile = async (directory: string | undefined): Promise<JournalFile> => {
  const own = directory === undefined;
  const place = own ? await mkdtemp(join(tmpdir(), 'scoria-check-')) : resolve(directory);
  await mkdir(place, { recursive: true });
  const path = join(place, `scoria-check-${new Date().toISOString().replaceAll(/[:.]/g, '')}-${process.pid}.db`);
  return { path, remove: () => removeJournal(path, own ? place : null) };
};

/** With what SQLite keeps beside it. */
export const removeJournal = async (path: string, directory: string | null = null): Promise<void> => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await rm(file, { force: true });
  if (directory !== null) await rm(directory, { recursive: true, force: true });
};
