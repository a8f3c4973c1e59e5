import { StepError } from '../root-files.ts';

const ATTEMPTS = 5;

/** Looks and changes again where another process changed the same things in between, which these codes tell. */
export const unlessRaced = async <Value>(codes: readonly string[], attempt: () => Promise<Value>): Promise<Value> => {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StepError) || !codes.includes(error.code) || count === ATTEMPTS) throw error;
    }
  }
};
