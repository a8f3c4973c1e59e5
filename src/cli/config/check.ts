import { type BackendPlan, namesSet } from '../../config/plan.ts';
import type { Globals } from '../globals.ts';
import { printable } from '../printable.ts';
import type { Report } from '../report.ts';
import { sourcesOf } from '../session.ts';
import { planFor } from './plan.ts';
import { problemsTold } from './problems.ts';

export const checkReport = async (options: { readonly resolve?: boolean } & Globals): Promise<Report> => {
  const { checkConfiguration } = await import('../../config/check.ts');
  const checked = await checkConfiguration(sourcesOf(options), { runCommands: options.resolve ?? false });
  const { file, problems, configuration } = checked;
  if (configuration === null) {
    throw await problemsTold(problems, { file, of: 'the configuration', json: options.json ?? false });
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
