import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { makeProgram } from '../../src/cli/program.ts';

const GROUPS = readdirSync(fileURLToPath(new URL('../../src/cli/groups', import.meta.url))).map((file) =>
  file.replace('.ts', ''),
);

/** The grammar with the verbs of every group. */
export const wholeProgram = (): Promise<Command> => makeProgram(GROUPS, true);

const isHidden = (verb: Command): boolean => (verb as unknown as { readonly _hidden: boolean })._hidden;

/** The verbs that people can give, with their names below the program. */
export const leavesOf = (command: Command, above = ''): readonly { readonly path: string; readonly verb: Command }[] =>
  command.commands.flatMap((verb) => {
    const path = `${above}${verb.name()}`;
    return verb.commands.length > 0 ? leavesOf(verb, `${path} `) : isHidden(verb) ? [] : [{ path, verb }];
  });
