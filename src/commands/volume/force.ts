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
      const message = error instanceof Error ? error.message : String(error);
      if (!ignored.includes(message)) ignored.push(message);
    }
  }
  return ignored;
};

/** What goes on past errors is on somebody's word. */
export const byForce = ({ force = false }: { readonly force?: boolean | undefined }): boolean => force;
