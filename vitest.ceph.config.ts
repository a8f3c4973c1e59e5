import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What needs a real Ceph cluster, which each file starts for itself. */
export default defineConfig({
  test: {
    include: ['test/ceph/**/*.test.ts'],
    pool: 'forks',
    // Some wait for most of their time, for what has been killed to be missed.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
