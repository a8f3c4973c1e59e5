import fc from 'fast-check';
import { oddText } from './odd-values.ts';

const CHANGES = ['replace', 'drop', 'repeat', 'swap', 'insert', 'option', 'join', 'empty', 'splice'] as const;

interface ArgumentChange {
  readonly change: (typeof CHANGES)[number];
  readonly at: number;
  readonly other: number;
  readonly piece: string;
  readonly option: string;
}

export interface CommandLine {
  readonly how: readonly string[];
  readonly argv: readonly string[];
}

/** No shell can give an argument with a NUL or half a character in it. */
const asArgument = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

const changed = (
  argv: readonly string[],
  { change, at, other, piece, option }: ArgumentChange,
  spliced: readonly string[],
): readonly string[] => {
  const [first, second] = [at % (argv.length || 1), other % (argv.length || 1)];
  const [one = '', two = ''] = [argv[first], argv[second]];
  if (change === 'replace') return argv.toSpliced(first, 1, piece);
  if (change === 'drop') return argv.toSpliced(first, 1);
  if (change === 'repeat') return argv.toSpliced(second, 0, one);
  if (change === 'swap') return argv.length === 0 ? argv : argv.with(first, two).with(second, one);
  if (change === 'insert') return argv.toSpliced(first + 1, 0, piece);
  if (change === 'option') return argv.toSpliced(first + 1, 0, option, ...(other % 2 === 0 ? [piece] : []));
  if (change === 'join') return argv.toSpliced(first, 2, `${one}=${argv[first + 1] ?? piece}`);
  if (change === 'empty') return argv.toSpliced(first, 1, '');
  return [...argv.slice(0, first + 1), ...spliced.slice(other % (spliced.length || 1))];
};

/** Command lines with what people, scripts and attackers get wrong in them. */
export const mutatedCommandLines = (
  lines: readonly (readonly string[])[],
  options: readonly string[],
  words: readonly string[],
): fc.Arbitrary<CommandLine> => {
  const change: fc.Arbitrary<ArgumentChange> = fc.record(
    {
      change: fc.constantFrom(...CHANGES),
      at: fc.nat({ max: 100 }),
      other: fc.nat({ max: 100 }),
      piece: fc.oneof(fc.constantFrom(...words), oddText).map(asArgument),
      option: fc.constantFrom(...options),
    },
    { noNullPrototype: true },
  );
  const choices = fc.tuple(
    fc.constantFrom(...lines),
    fc.constantFrom(...lines),
    fc.array(change, { maxLength: 3 }),
    fc.boolean(),
  );
  return choices.map(([line, spliced, changes, asJson]) => {
    const argv = changes.reduce((before, one) => changed(before, one, spliced), line);
    const how = changes.map(({ change: name, at, other }) => `${name} ${at}, ${other}`);
    return { how: [line.slice(0, 2).join(' '), ...how], argv: asJson ? [...argv, '--json'] : argv };
  });
};
