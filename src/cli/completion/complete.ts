import type { Command } from 'commander';
import { type CommandLine, optionsOf, type Place, placeOf } from './grammar.ts';
import { type Candidate, candidatesFromLog, driverNames, driverOptions } from './sources.ts';

/** What a shell is to offer, and whether it is to add files of its own. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly files: boolean;
}

/** Shells read it line by line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a shell
const UNTYPEABLE = /[\u0000-\u001f\u007f]/;
const MOST = 1_000;

export const complete = async (program: Command, words: readonly string[]): Promise<Completion> => {
  const line = placeOf(program, words);
  const { place, current } = line;
  const prefix = place.kind === 'option value' ? place.prefix : '';
  const { candidates, files } = await offered(place, line);
  const fitting = candidates.filter(({ value }) => value.startsWith(current) && !UNTYPEABLE.test(value)).slice(0, MOST);
  return { candidates: fitting.map(({ value, ...rest }) => ({ value: prefix + value, ...rest })), files };
};

const offered = async (place: Place, line: CommandLine): Promise<Completion> => {
  switch (place.kind) {
    case 'verbs':
      return only(
        place.command
          .createHelp()
          .visibleCommands(place.command)
          .map((verb) => ({ value: verb.name(), description: verb.description() })),
      );
    case 'option names':
      return only(optionNames(place));
    case 'option value':
      return valuesOf(
        place.command,
        place.option.argChoices,
        placeholderOf(place.option.flags),
        line,
        place.option.long,
      );
    case 'operand':
      return valuesOf(place.command, place.argument.argChoices, place.argument.name(), line);
    case 'nothing':
      return only([]);
  }
};

const only = (candidates: readonly Candidate[]): Completion => ({ candidates, files: false });

const optionNames = ({ command, given }: Extract<Place, { kind: 'option names' }>): readonly Candidate[] =>
  optionsOf(command).flatMap(({ long, description }) => {
    const again = description.includes('(repeatable)');
    return !long || (given.includes(long) && !again) ? [] : [{ value: long, description }];
  });

/** `file` of `--connector <file>`. */
const placeholderOf = (flags: string): string => /[<[]([\w=-]+)/.exec(flags)?.[1] ?? '';

const FILES = ['file', 'path', 'directory', 'log', 'source'];

const valuesOf = async (
  command: Command,
  choices: readonly string[] | undefined,
  placeholder: string,
  line: CommandLine,
  option?: string,
): Promise<Completion> => {
  if (choices !== undefined) return only(choices.map((value) => ({ value, description: '' })));
  const group = command.parent?.name() ?? '';
  const verb = `${group} ${command.name()}`;
  const keys =
    option === undefined
      ? [`${verb} ${placeholder}`, `${group} ${placeholder}`, placeholder]
      : [`${verb} ${option}`, option];
  if (keys.includes('driver name')) return only(await driverNames());
  if (option === '--driver') return { candidates: await driverNames(), files: /^[./]/.test(line.current) };
  if (option === '--set') return only(await driverOptions(line));
  if (FILES.includes(placeholder)) return { candidates: [], files: true };
  return only(await candidatesFromLog(keys, line));
};
