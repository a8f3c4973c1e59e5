import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { EXIT_CODE_MEANINGS } from '../../src/cli/exit-codes.ts';
import { makeProgram } from '../../src/cli/program.ts';
import { code, fenced, link, type Page, page, paragraphs, table } from './markdown.ts';

/** The whole grammar: every group is loaded when the command line names it. */
export const wholeProgram = async (): Promise<Command> => {
  const names = (await makeProgram([], false)).commands.map((command) => command.name());
  return makeProgram(names, false);
};

export interface Verb {
  /** `volume metadata set` */
  readonly path: string;
  readonly command: Command;
}

/** The commands that do something, in the order of the help. */
export const verbsOf = (command: Command, before = ''): readonly Verb[] =>
  command.commands
    .filter((child) => !isHidden(child))
    .flatMap((child) => {
      const path = `${before}${child.name()}`;
      return child.commands.length === 0 ? [{ path, command: child }] : verbsOf(child, `${path} `);
    });

const isHidden = (command: Command): boolean =>
  !command.parent?.createHelp().visibleCommands(command.parent).includes(command);

const introduction = (): string => readFileSync(join(import.meta.dirname, 'cli-introduction.md'), 'utf8').trim();

/** `docs/reference/cli.md`: the grammar of the `scoria` command. */
export const cliPage = async (): Promise<Page> => {
  const program = await wholeProgram();
  const groups = program.commands.filter((child) => !isHidden(child) && child.name() !== 'help');
  return page(
    'docs/reference/cli.md',
    'the grammar in src/cli, after docs-site/reference/cli-introduction.md',
    '# The `scoria` command',
    introduction(),
    table(
      ['verbs', 'about'],
      groups.map((group) => [verbLinks(group), group.description()]),
    ),
    '## Options of every verb',
    'Before the verb or after it. What a flag does not say, its variable does, and otherwise [`scoria.yaml`](configuration.md).',
    table(['option', 'variable', 'what it does'], program.options.map(globalRow)),
    '## Exit codes',
    'Scripts may branch on them; they do not change.',
    table(
      ['code', 'name', 'meaning'],
      EXIT_CODE_MEANINGS.map(({ code: number, name, meaning }) => [String(number), name, meaning]),
    ),
    ...groups.flatMap((group) => [
      group.commands.length === 0 ? '' : `## scoria ${group.name()}`,
      group.commands.length === 0 ? '' : `${firstUpper(group.description())}.`,
      ...verbsOf(program)
        .filter(({ path }) => path.split(' ')[0] === group.name())
        .map((verb) => verbSection(verb, group)),
    ]),
  );
};

const verbLinks = (group: Command): string => {
  const verbs = group.commands.length === 0 ? [{ path: group.name() }] : verbsOf(group, `${group.name()} `);
  return verbs.map(({ path }) => link(code(path), `scoria ${path}`)).join(', ');
};

const VARIABLE = /; env: (?<name>\w+)(?=\))/;

/** A setting says its variable in its description, which has a column of its own here. */
const globalRow = (option: Option): readonly string[] => {
  const variable = option.envVar ?? VARIABLE.exec(option.description)?.groups?.name;
  return [code(option.flags), variable === undefined ? '' : code(variable), sentence(option).replace(VARIABLE, '')];
};

const firstUpper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What an option does, with its choices and its default, as the help says them. */
const sentence = ({ description, argChoices, defaultValue }: Option): string => {
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.map(code).join(', ')}`];
  const standard = defaultValue === undefined ? [] : [`default: ${code(String(defaultValue))}`];
  const more = [...choices, ...standard].join('; ');
  return more === '' ? description : `${description} (${more})`;
};

const verbSection = ({ path, command }: Verb, group: Command): string =>
  paragraphs(
    `${group.commands.length === 0 ? '##' : '###'} scoria ${path}`,
    `${firstUpper(command.description())}.`,
    fenced('text', `scoria ${path} ${command.usage()}`.trimEnd()),
    table(
      ['option', 'what it does'],
      command.options.map((option) => [
        code(option.flags),
        `${sentence(option)}${option.mandatory ? ' (required)' : ''}`,
      ]),
    ),
    helpAfter(command),
  );

/** What a verb's help says after its options, such as examples: a heading of the text becomes the lead of the block. */
const helpAfter = (command: Command): string => {
  const said = wholeHelp(command).slice(command.helpInformation().length).trim();
  const [heading = '', ...lines] = said.split('\n');
  if (!heading.endsWith(':')) return said === '' ? '' : fenced('text', said);
  return `${heading}\n\n${fenced('text', lines.map((line) => line.replace(/^ {2}/, '')).join('\n'))}`;
};

const wholeHelp = (command: Command): string => {
  let written = '';
  command.configureOutput({
    writeOut: (text) => {
      written += text;
    },
  });
  command.outputHelp();
  return written;
};
