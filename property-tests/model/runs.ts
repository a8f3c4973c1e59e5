import fc from 'fast-check';
import { test } from 'vitest';

/** `SCORIA_PROPERTY_RUNS=20` (`npm run test:long`) runs every law twenty times as often. */
const FACTOR = Number(process.env.SCORIA_PROPERTY_RUNS ?? 1);
const TIMEOUT_MS = 60_000 * Math.max(1, FACTOR);

/** The same examples at every run, so that a red run means a change; the long run draws new ones each time. */
const DEFAULT_SEED = FACTOR === 1 ? '20261120' : undefined;

/** A run that failed, again: both are printed by the law that failed. */
const seed = process.env.SCORIA_PROPERTY_SEED ?? DEFAULT_SEED;
const again = {
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(process.env.SCORIA_PROPERTY_PATH === undefined ? {} : { path: process.env.SCORIA_PROPERTY_PATH }),
};

/** A test that a property holds, `runs` times by default. A failure says its seed and how to see it again. */
export const law = <Values>(name: string, runs: number, property: fc.IAsyncProperty<Values>): void => {
  test(
    name,
    async () => {
      const numRuns = Math.max(1, Math.ceil(runs * FACTOR));
      // Shrinking stops before the test would time out without a word about the seed.
      const details = await fc.check(property, { numRuns, interruptAfterTimeLimit: TIMEOUT_MS * 0.8, ...again });
      if (!details.failed) {
        if (FACTOR !== 1) console.info(`${name}: ${details.numRuns} runs, seed ${details.seed}`);
        return;
      }
      const how = `SCORIA_PROPERTY_SEED=${details.seed} SCORIA_PROPERTY_PATH=${details.counterexamplePath}`;
      const message = `${await fc.asyncDefaultReportMessage(details)}\n\nAgain: ${how} npx vitest run property-tests -t ${JSON.stringify(name)}`;
      throw new Error(message, { cause: details.errorInstance });
    },
    TIMEOUT_MS,
  );
};
