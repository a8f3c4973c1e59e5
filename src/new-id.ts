import { randomFillSync } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';

const ID_BYTES = 16;

/** Random bytes for many ids: asking the system for each id takes longer than all else about it. */
const pool = new Uint8Array(256 * ID_BYTES);
let used = pool.length;

const rng = (): Uint8Array => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return pool.subarray(used - ID_BYTES, used);
};

/** A UUID of version 7, which begins with the time. */
export const newId = (): string => uuid7({ rng });
