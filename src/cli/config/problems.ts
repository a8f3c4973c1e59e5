import type { Problem } from '../../config/problem.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { printable } from '../printable.ts';
import { print } from '../report.ts';
import type { Document } from '../table.ts';
import { whereText } from './where.ts';

/** A problem for people: where it is, what was wrong, and below it what would be right. */
export const problemText = ({ place, field, message, remedy }: Problem): string =>
  `${printable([whereText(place), field, message].filter((part) => part !== '').join(': '))}\n  hint: ${printable(remedy)}`;

/** The same for programs. */
export const problemDocument = ({ place: { source: _source, ...place }, ...problem }: Problem): Document => ({
  ...place,
  ...problem,
});

/** Prints everything that is wrong with a file; answers what its command is refused for. */
export const problemsTold = async (
  problems: readonly Problem[],
  { file, of, json }: { readonly file: string | null; readonly of: string; readonly json: boolean },
): Promise<ScoriaError> => {
  await print(
    { json: { file, problems: problems.map(problemDocument) }, text: () => problems.map(problemText).join('\n') },
    json,
  );
  const { length: count } = problems;
  return new ScoriaError(
    rejections.InvalidConfiguration(
      `${count === 1 ? 'one mistake is' : `${count} mistakes are`} in ${of}`,
      'correct what standard output lists, and check again',
      { file, problems: count },
    ),
  );
};
