import promises, { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { at } from './points.ts';

/** The steps by which the file driver publishes, replaces, deletes and syncs. */
export const FILE_STEPS = ['link', 'rename', 'unlink', 'sync'] as const;

const around = async <Result>(step: (typeof FILE_STEPS)[number], work: () => Promise<Result>): Promise<Result> => {
  at(`file ${step}: before`);
  const result = await work();
  at(`file ${step}: after`);
  return result;
};

const isOfVolumes = (path: unknown): boolean => /^(volume|snapshot)-/.test(basename(String(path)));

/** Puts points around these steps, where they are about files of volumes and snapshots. */
export const instrumentFiles = async (): Promise<void> => {
  const { link, rename, unlink } = promises;
  Object.assign(promises, {
    link: (from: string, to: string) => (isOfVolumes(to) ? around('link', () => link(from, to)) : link(from, to)),
    rename: (from: string, to: string) =>
      isOfVolumes(to) ? around('rename', () => rename(from, to)) : rename(from, to),
    unlink: (path: string) => (isOfVolumes(path) ? around('unlink', () => unlink(path)) : unlink(path)),
  });
  syncBuiltinESMExports();
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { sync } = prototype;
  prototype.sync = function (this: FileHandle) {
    return around('sync', () => sync.call(this));
  };
};
