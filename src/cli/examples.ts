import type { Command } from 'commander';

const known = new WeakMap<Command, readonly string[]>();

/** Command lines that show a verb, in its help. */
export const withExamples = (verb: Command, examples: readonly string[]): Command => {
  known.set(verb, examples);
  return verb.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
};

/** The same for the verbs of a group, by their names below it: `list`, `metadata set`. */
export const giveExamples = (group: Command, examples: Readonly<Record<string, readonly string[]>>): void => {
  for (const [path, lines] of Object.entries(examples)) {
    const verb = path
      .split(' ')
      .reduce<Command | undefined>((above, name) => above?.commands.find((one) => one.name() === name), group);
    if (verb === undefined) throw new TypeError(`${group.name()} has no verb ${path}`);
    withExamples(verb, lines);
  }
};

export const examplesOf = (verb: Command): readonly string[] => known.get(verb) ?? [];
