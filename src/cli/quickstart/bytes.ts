import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const GIB = 1024 ** 3;
const BLOCK = 64 * 1024;

/** Random bytes and the places on a device where they are written. */
export type Pattern = readonly { readonly offset: number; readonly bytes: Buffer }[];

/** At the start, in the middle and at the very end of a volume, so that its whole size is real. */
export const patternFor = (sizeGiB: number): Pattern =>
  [0, (sizeGiB * GIB) / 2, sizeGiB * GIB - BLOCK].map((offset) => ({ offset, bytes: randomBytes(BLOCK) }));

export const bytesIn = (pattern: Pattern): number => pattern.reduce((sum, { bytes }) => sum + bytes.length, 0);

export const writePattern = async (path: string, pattern: Pattern): Promise<void> => {
  await using device = await open(path, 'r+');
  for (const { offset, bytes } of pattern) await writeFully(device, bytes, offset);
  await device.sync();
};

const writeFully = async (device: Awaited<ReturnType<typeof open>>, bytes: Buffer, offset: number): Promise<void> => {
  let done = 0;
  while (done < bytes.length) {
    done += (await device.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  }
};

/** What the quickstart says did not come true. */
export class NotAsClaimed extends Error {
  override readonly name = 'NotAsClaimed';
}

/** Throws unless the device holds exactly these bytes. */
export const checkPattern = async (what: string, path: string, pattern: Pattern): Promise<void> => {
  await using device = await open(path, 'r');
  for (const { offset, bytes } of pattern) {
    const read = Buffer.alloc(bytes.length);
    const { bytesRead } = await device.read(read, 0, read.length, offset);
    if (bytesRead !== bytes.length || !read.equals(bytes)) {
      throw new NotAsClaimed(`${what}: the bytes at ${offset} of ${path} are not those that were written`);
    }
  }
};
