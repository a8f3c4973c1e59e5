import { same } from '../asserting.ts';

export const GIB_BYTES = 1024n ** 3n;

/** Whether the sizes are alike in so many decimals of GiB, as cinderlib compares them. 0: only when they are equal. */
const areAlike = (bytes: bigint, expectedBytes: bigint, decimals: number): boolean =>
  decimals > 0 && Math.abs(Number(bytes - expectedBytes)) / Number(GIB_BYTES) <= 0.5 * 10 ** -decimals;

/** Fails unless the size in bytes is that of so many GiB, as exactly as the backend was said to keep sizes. */
export const sameSize = (
  bytes: bigint | null | undefined,
  sizeGiB: number,
  said: string,
  { sizePrecision }: { readonly sizePrecision: number },
): void => {
  const expected = BigInt(sizeGiB) * GIB_BYTES;
  if (bytes == null || !areAlike(bytes, expected, sizePrecision)) same(bytes, expected, said);
};
