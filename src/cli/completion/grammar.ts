import type { Argument, Command, Option } from 'commander';

/** What stands where the cursor is. */
export type Place =
  | { readonly kind: 'option names'; readonly command: Command; readonly given: readonly string[] }
  | { readonly kind: 'option value'; readonly command: Command; readonly option: Option; readonly prefix: string }
  | { readonly kind: 'verbs'; readonly command: Command }
  | { readonly kind: 'operand'; readonly command: Command; readonly argument: Argument }
  | { readonly kind: 'nothing' };

export interface CommandLine {
  readonly place: Place;
  /** The word at the cursor, without the option that a value stands behind. */
  readonly current: string;
  /** The values of the options that are given, by their long names, and the operands. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

export const optionsOf = (command: Command): readonly Option[] => {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent)];
};

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const optionNamed = (command: Command, name: string): Option | undefined =>
  optionsOf(command).find(({ long, short }) => long === name || short === name);

/** Reads the words of a command line as commander does, as far as the cursor. */
export const placeOf = (program: Command, words: readonly string[]): CommandLine => {
  const walk = walked(program, words.slice(0, -1));
  const current = words.at(-1) ?? '';
  const { command, awaiting, operands, options, onlyOperands } = walk;
  const line = { options, operands };
  if (awaiting !== null) {
    return { ...line, current, place: { kind: 'option value', command, option: awaiting, prefix: '' } };
  }
  if (current.startsWith('-') && !onlyOperands) {
    const end = current.indexOf('=');
    const option = end < 0 ? undefined : optionNamed(command, current.slice(0, end));
    if (end < 0) return { ...line, current, place: { kind: 'option names', command, given: [...options.keys()] } };
    if (option === undefined || !takesValue(option)) return { ...line, current, place: { kind: 'nothing' } };
    const place: Place = { kind: 'option value', command, option, prefix: current.slice(0, end + 1) };
    return { ...line, current: current.slice(end + 1), place };
  }
  return { ...line, current, place: operandPlace(command, operands.length) };
};

const operandPlace = (command: Command, index: number): Place => {
  if (command.commands.length > 0) return index === 0 ? { kind: 'verbs', command } : { kind: 'nothing' };
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[index] ?? (last?.variadic ? last : undefined);
  return argument === undefined ? { kind: 'nothing' } : { kind: 'operand', command, argument };
};

const walked = (program: Command, words: readonly string[]) => {
  let command = program;
  let awaiting: Option | null = null;
  let onlyOperands = false;
  const operands: string[] = [];
  const options = new Map<string, string[]>();
  const note = (option: Option, value: string): void => {
    const name = option.long ?? '';
    options.set(name, [...(options.get(name) ?? []), value]);
  };
  for (const word of words) {
    if (awaiting !== null) {
      note(awaiting, word);
      awaiting = null;
    } else if (onlyOperands) operands.push(word);
    else if (word === '--') onlyOperands = true;
    else if (word.startsWith('-')) {
      const [name = '', ...value] = word.split('=');
      const option = optionNamed(command, name);
      if (option === undefined) continue;
      if (takesValue(option) && value.length === 0) awaiting = option;
      else note(option, value.join('='));
    } else {
      const verb: Command | undefined =
        operands.length > 0 ? undefined : command.commands.find((one) => one.name() === word);
      if (verb === undefined) operands.push(word);
      else command = verb;
    }
  }
  return { command, awaiting, operands, options, onlyOperands };
};
