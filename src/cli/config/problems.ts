import type { Problem } from '../../config/problem.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { print } from '../report.ts';
import { problemDocument, problemText } from './problem-text.ts';

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
