import fc from 'fast-check';
import { Corpus } from '../corpus/corpus.ts';
import type { Target } from '../target.ts';
import { Child, Died } from './child.ts';
import type { Current } from './orders.ts';

const SHRINK_MS = 60_000;

/** The smallest input that ends a worker, each tried in a worker of its own. */
export const shrinkDeath = async (
  target: Target,
  directory: string,
  { seed, path, input }: Current,
): Promise<unknown> => {
  if (path === null) return input;
  let smallest = input;
  const until = performance.now() + SHRINK_MS;
  const property = fc.asyncProperty(fc.noBias(target.inputs(new Corpus(directory))), async (smaller) => {
    if (performance.now() > until) return;
    const child = new Child(directory);
    try {
      await child.give({ target: target.name, input: smaller });
    } catch (error) {
      if (error instanceof Died) smallest = smaller;
      throw error;
    } finally {
      await child.end();
    }
  });
  await fc.check(property, { seed, path, numRuns: 1 });
  return smallest;
};
