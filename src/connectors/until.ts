import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Looks again and again until there is something, or the time is over (`null`). For what the kernel announces to nobody:
 * sysfs has no events.
 */
export const until = async <Found>(
  withinMs: number,
  look: () => Promise<Found | null>,
  everyMs = POLL_MS,
): Promise<Found | null> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null || performance.now() > deadline) return found;
    await sleep(everyMs);
  }
};
