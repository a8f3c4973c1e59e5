/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** What `work` answers, or the error of `late` once the time is over. The work itself goes on. */
export const inTime = async <Answer>(work: Promise<Answer>, timeoutMs: number, late: () => Error): Promise<Answer> => {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), Math.min(timeoutMs, LONGEST_MS));
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
};
