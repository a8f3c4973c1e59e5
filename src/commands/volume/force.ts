/**
 * Does one step after the other. By force it goes on past errors and answers what they said; otherwise the first one
 * ends it.
 */
export const ignoring = async (
  force: boolean,
  steps: readonly (() => Promise<unknown>)[],
): Promise<readonly string[]> => {
  const ignored: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!force) throw error;
      ignored.push(error instanceof Error ? error.message : String(error));
    }
  }
  return ignored;
};
