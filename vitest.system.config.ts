import { defineConfig } from 'vitest/config';

/** What needs real things that `npm test` does without: an installed package, a browser, other shells. */
export default defineConfig({
  test: {
    include: ['test/system/**/*.test.ts'],
    pool: 'forks',
    // Else one processor is left idle.
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
