import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  readonly firstMs: number;
  readonly maxMs: number;
  /** After this long there is no more waiting. */
  readonly totalMs: number;
  /** Once aborted, there is no more waiting either. */
  readonly signal?: AbortSignal | undefined;
}

/** Aborted as soon as one of them is. */
export const eitherSignal = (one?: AbortSignal, other?: AbortSignal): AbortSignal | undefined =>
  one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);

/**
 * Waits a little longer each time (doubling, with jitter), and answers whether to try once more: `false` once the
 * time is over, or nobody wants to wait any more.
 */
export const waitingFor = ({ firstMs, maxMs, totalMs, signal }: Patience): (() => Promise<boolean>) => {
  const deadline = performance.now() + totalMs;
  let nextMs = firstMs;
  return async () => {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || signal?.aborted) return false;
    const pauseMs = Math.min(leftMs, nextMs * (0.5 + Math.random() / 2));
    // An abort ends the pause; the next call tells.
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    nextMs = Math.min(maxMs, nextMs * 2);
    return true;
  };
};
