/** What a test is given by its runner: a way to leave it out with a word why. */
export interface TestContext {
  skip?(note?: string): void;
}

/** The two functions of a test runner that suites need; those of vitest, `node:test`, Jest and Mocha fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: (context: TestContext) => Promise<void>): unknown;
}

/** The runner given, or the one whose functions are global (Jest, Mocha, vitest with `globals: true`). */
export const runnerOr = (given: Partial<TestRunner>): TestRunner => {
  const globals = globalThis as unknown as Partial<TestRunner> & { readonly it?: TestRunner['test'] };
  const describe = given.describe ?? globals.describe;
  const test = given.test ?? globals.test ?? globals.it;
  if (describe === undefined || test === undefined) {
    throw new TypeError(
      "There is no test runner: give { describe, test }, imported from 'vitest' or 'node:test', as the last argument",
    );
  }
  return { describe, test };
};
