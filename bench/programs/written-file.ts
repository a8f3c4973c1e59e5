import { randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';

const MEBIBYTE = 1024 ** 2;

/** Writes bytes that no file system can leave out to the beginning of a file, durably. */
export const writeBytes = async (path: string, mebibytes: number): Promise<void> => {
  const file = await open(path, 'r+');
  const block = randomFillSync(Buffer.alloc(MEBIBYTE));
  for (let at = 0; at < mebibytes; at += 1) await file.write(block, 0, MEBIBYTE, at * MEBIBYTE);
  await file.sync();
  await file.close();
};
