import type { Command } from 'commander';

const known = new WeakMap<Command, readonly string[]>();

/** Command lines that show a verb, in its help. */
export const withExamples = (verb: Command, examples: readonly string[]): Command => {
  known.set(verb, examples);
  return verb.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
};

export const examplesOf = (verb: Command): readonly string[] => known.get(verb) ?? [];
