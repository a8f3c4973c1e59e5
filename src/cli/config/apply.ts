import { assertApplicable, type BackendStep, namesSet } from '../../config/plan.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { Globals } from '../globals.ts';
import { printable } from '../printable.ts';
import type { Report } from '../report.ts';
import { configurationFor, inSession } from '../session.ts';
import { planFor } from './plan.ts';

export const applyReport = async (options: { readonly dryRun?: boolean } & Globals): Promise<Report> => {
  if (options.commandId !== undefined) {
    throw new ScoriaError(
      rejections.InvalidInput('--command-id is for one command, and apply may give several', 'leave it out', {}),
    );
  }
  const configuration = await configurationFor(options);
  const { file } = configuration;
  if (file === null) throw nothingToApply();
  // Asked before a session is opened, which may make a log.
  await configuration.backends();
  const dry_run = options.dryRun ?? false;
  const apply = () =>
    inSession(
      options,
      'create',
      ({ engine, context: { reason } }) => configuration.apply(engine, { reason }),
      Promise.resolve(configuration),
    );
  const plan = dry_run ? await planFor(configuration, options) : await apply();
  assertApplicable(plan);
  const { steps, not_in_file } = plan;
  const backends = steps.map(({ driver: _driver, ...step }) => step);
  return {
    json: { file, dry_run, backends, not_in_file },
    text: () => [...steps.map((step) => stepText(step, dry_run)), ...not_in_file.map(staysText)].join('\n'),
  };
};

const nothingToApply = (): ScoriaError =>
  new ScoriaError(
    rejections.InvalidInput(
      'there is no configuration file to apply',
      'write scoria.yaml here, or give another by --config or SCORIA_CONFIG',
      {},
    ),
  );

const stepText = (step: BackendStep, dryRun: boolean): string => {
  if (step.action === 'none') return `backend ${step.name}: as it is in the file`;
  const done = { add: 'added', change: `changed (${namesSet(step).join(', ')})` }[step.action];
  return `backend ${step.name}: ${dryRun ? 'would be ' : ''}${done}`;
};

const staysText = (name: string): string => `backend ${printable(name)}: not in the file, and stays as it is`;
