import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { EXIT_CODE_MEANINGS } from '../../src/cli/exit-codes.ts';
import { leavesOf, wholeProgram } from '../../test/cli/grammar.ts';
import { code, fenced, link, type Page, page, paragraphs, table } from './markdown.ts';

/** What is written by hand, because the grammar does not say it. */
const partial = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8').trim();

type Leaf = ReturnType<typeof leavesOf>[number];

/** `docs/reference/cli.md`: the grammar of the `scoria` command. */
export const cliPage = async (): Promise<Page> => {
  const program = await wholeProgram();
  const groups = program
    .createHelp()
    .visibleCommands(program)
    .filter((child) => child.name() !== 'help');
  return page(
    'docs/reference/cli.md',
    'the grammar in src/cli, and docs-site/reference/cli-*.md',
    '# The `scoria` command',
    partial('cli-introduction.md'),
    table(
      ['verbs', 'about'],
      groups.map((group) => [verbLinks(group), group.description()]),
    ),
    '## Options of every verb',
    'Before the verb or after it. What a flag does not say, its variable does, and otherwise [`scoria.yaml`](configuration.md).',
    table(['option', 'variable', 'what it does'], program.options.map(globalRow)),
    partial('cli-manners.md'),
    '## Exit codes',
    'Scripts may branch on them; they do not change.',
    table(
      ['code', 'name', 'meaning'],
      EXIT_CODE_MEANINGS.map(({ code: number, name, meaning }) => [String(number), name, meaning]),
    ),
    ...groups.flatMap((group) => [
      group.commands.length === 0 ? '' : `## scoria ${group.name()}`,
      group.commands.length === 0 ? '' : `${firstUpper(group.description())}.`,
      ...leavesOf(program)
        .filter(({ path }) => path.split(' ')[0] === group.name())
        .map((verb) => verbSection(verb, group)),
    ]),
  );
};

const verbLinks = (group: Command): string => {
  const verbs = group.commands.length === 0 ? [{ path: group.name() }] : leavesOf(group, `${group.name()} `);
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

const verbSection = ({ path, verb: command }: Leaf, group: Command): string =>
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
