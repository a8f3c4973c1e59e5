import { type BackendPlan, namesSet } from '../../config/plan.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { Globals } from '../globals.ts';
import { printable } from '../printable.ts';
import { print, type Report } from '../report.ts';
import { sourcesOf } from '../session.ts';
import { planFor } from './plan.ts';
import { problemDocument, problemText } from './problem-text.ts';

export const checkReport = async (options: { readonly resolve?: boolean } & Globals): Promise<Report> => {
  const { checkConfiguration } = await import('../../config/check.ts');
  const checked = await checkConfiguration(sourcesOf(options), { runCommands: options.resolve ?? false });
  const { file, problems, configuration } = checked;
  if (configuration === null) {
    const report = {
      json: { file, problems: problems.map(problemDocument) },
      text: () => problems.map(problemText).join('\n'),
    };
    await print(report, options.json ?? false);
    throw problemsFound(file, problems.length);
  }
  const log = configuration.engine.log;
  const plan = file === null ? null : await planFor(configuration, options);
  const differences = plan === null ? [] : differencesOf(plan);
  return {
    json: { file, problems: [], log, differences },
    text: () => [nothingWrong(file), ...differences.map((one) => differenceText(one, log))].join('\n'),
  };
};

const nothingWrong = (file: string | null): string =>
  file === null ? 'there is no configuration file, and nothing is wrong without it' : `${file}: nothing is wrong`;

const problemsFound = (file: string | null, count: number): ScoriaError =>
  new ScoriaError(
    rejections.InvalidConfiguration(
      `${count === 1 ? 'one mistake is' : `${count} mistakes are`} in the configuration`,
      'correct what standard output lists, and check again',
      { file, problems: count },
    ),
  );

interface Difference {
  readonly backend: string;
  readonly difference: 'not in the log' | 'not in the file' | 'other options' | 'other driver';
  readonly options?: readonly string[];
}

const differencesOf = ({ steps, not_in_file, other_driver }: BackendPlan): readonly Difference[] => [
  ...steps.flatMap((step): readonly Difference[] => {
    const { name: backend, action } = step;
    if (action === 'none') return [];
    if (action === 'add') return [{ backend, difference: 'not in the log' }];
    return [{ backend, difference: 'other options', options: namesSet(step) }];
  }),
  ...other_driver.map(({ name }): Difference => ({ backend: name, difference: 'other driver' })),
  ...not_in_file.map((backend): Difference => ({ backend, difference: 'not in the file' })),
];

const differenceText = ({ backend, difference, options = [] }: Difference, log: string): string => {
  const said = {
    'not in the log': `is not in the log ${log}: \`scoria config apply\` adds it`,
    'other options': `has other options in the log ${log} (${options.join(', ')}): \`scoria config apply\` changes it`,
    'other driver': `has another driver in the log ${log}, which no change can bring about`,
    'not in the file': `is in the log ${log} and not in the file`,
  }[difference];
  return `backend ${printable(backend)} ${said}`;
};
