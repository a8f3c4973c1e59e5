import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** https://www.sqlite.org/fileformat.html#the_write_ahead_log */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const SALT_BYTES = 8;
const HEADER_SALT_AT = 16;
const FRAME_SALT_AT = 8;

const bytesAt = (descriptor: number, position: number, length: number): Buffer => {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, position));
};

export const walOf = (file: string): string => `${file}-wal`;

/** Undefined when there is no such file. */
export const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

/** The numbers of the pages that the write-ahead log of a database holds. */
export const pagesInWal = (file: string, pageBytes: number): ReadonlySet<number> => {
  const pages = new Set<number>();
  const bytes = sizeOf(walOf(file));
  if (bytes === undefined) return pages;
  const descriptor = openSync(walOf(file), 'r');
  try {
    const salt = bytesAt(descriptor, HEADER_SALT_AT, SALT_BYTES);
    for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES + pageBytes <= bytes; at += FRAME_HEADER_BYTES + pageBytes) {
      const frame = bytesAt(descriptor, at, FRAME_HEADER_BYTES);
      // Frames with another salt are left over from before the log began anew.
      if (frame.subarray(FRAME_SALT_AT, FRAME_SALT_AT + SALT_BYTES).equals(salt)) pages.add(frame.readUInt32BE(0));
    }
  } finally {
    closeSync(descriptor);
  }
  return pages;
};
