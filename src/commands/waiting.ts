import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  readonly firstMs: number;
  readonly maxMs: number;
  /** After this long there is no more waiting. */
  readonly totalMs: number;
}

/**
 * Waits a little longer each time (doubling, with jitter), and answers whether to try once more: `false` once the
 * time is over.
 */
export const waitingFor = ({ firstMs, maxMs, totalMs }: Patience): (() => Promise<boolean>) => {
  const deadline = performance.now() + totalMs;
  let nextMs = firstMs;
  return async () => {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    await delay(Math.min(leftMs, nextMs * (0.5 + Math.random() / 2)));
    nextMs = Math.min(maxMs, nextMs * 2);
    return true;
  };
};
