import { isDriverFailure } from './contract.ts';

/**
 * For what comes after the first lasting step of a call: from there on a failure leaves something behind, and the
 * caller asks or calls again.
 */
export const halfway = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw new Error(`stopped halfway: ${(error as Error).message}`, { cause: error });
  }
};

/** What failed leaves nothing, by `clearAway`; what may have happened all the same is left for the next call. */
export const cleanedUp = async (work: () => Promise<void>, clearAway: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (isDriverFailure(error)) await clearAway();
    throw error;
  }
};
