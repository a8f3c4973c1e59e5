import { randomInt } from 'node:crypto';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { checksNamed, type DriverReport } from '../../testing.ts';
import { given } from '../arguments.ts';
import type { Globals } from '../globals.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { print } from '../report.ts';
import { againLine } from './again.ts';
import { checkEnvironment } from './environment.ts';
import { checkInJournal, type Recorded } from './in-journal.ts';
import type { CheckOptions } from './options.ts';
import { tellingProgress } from './progress.ts';
import { invalid, type Target, targetOf } from './target.ts';
import { reportText } from './text.ts';

type Options = CheckOptions & Globals;

const LARGEST_SEED = 2 ** 31 - 1;

/** Checks a driver on a backend, prints what was found, and throws when that is not good. */
export const check = async (backend: string | undefined, options: Options): Promise<void> => {
  const only = onlyOf(options);
  const seed = options.seed ?? randomInt(LARGEST_SEED);
  if (options.path !== undefined && options.seed === undefined) {
    throw invalid('--path goes with the seed that it is a path of', 'give --seed too, as the failure printed it');
  }
  const target = await targetOf(backend, options);
  const recorded = await checked(target, options, { only, seed });
  await conclude(recorded, backend, options);
};

interface Course {
  readonly only: ReturnType<typeof onlyOf>;
  readonly seed: number;
}

const checked = async (target: Target, options: Options, course: Course): Promise<Recorded> => {
  const { runs, path, maxCommands, size, pool, journal } = options;
  const { driver, backendName } = target;
  const { logger, ...helper } = await checkEnvironment(options);
  return checkInJournal(
    {
      ...{ ...course, driver, backendName, runs, maxCommands, signal: interruption },
      backend: { options: target.options, sizeGiB: size, ...given({ pool }), environment: { log: logger }, ...helper },
      ...(path === undefined ? {} : { path }),
    },
    {
      ...{ directory: journal, logger, telling: tellingProgress(options.json ?? false) },
      begins: (file) => `seed ${course.seed}; the record of this check is ${file}`,
    },
  );
};

const conclude = async (recorded: Recorded, backend: string | undefined, options: Options): Promise<void> => {
  const { report, journal, cleanUp } = recorded;
  const { model, passed, interrupted } = report;
  const { failure, seed } = model ?? {};
  const again =
    failure === undefined || seed === undefined ? null : againLine(backend, options, { seed, path: failure.path });
  const json = { ...report, again, journal };
  await print({ json, text: () => reportText(report, { again, journal, cleanUp }) }, options.json ?? false);
  if (interrupted) throw new Interrupted(interruption.reason.signal, whatStays(report));
  if (passed) return;
  throw new ScoriaError(
    rejections.DriverFailed(
      `driver "${report.driver}" failed the check: ${whatFailed(report)}`,
      'each FAILED line says what the driver must do; --only and part of its name runs it alone',
      {
        driver: report.driver,
      },
    ),
  );
};

const whatStays = ({ leftovers }: DriverReport): string =>
  leftovers.length === 0
    ? 'the check was stopped; everything that it made is gone'
    : `the check was stopped; ${leftovers.length} of what it made is left on the array, see the report`;

const whatFailed = ({ checks, model, leftovers }: DriverReport): string => {
  const failed = checks.filter(({ status }) => status === 'failed').length;
  return [
    ...(failed === 0 ? [] : [`${failed} of ${checks.length} checks`]),
    ...(model?.status === 'failed' ? ['the lifecycle model'] : []),
    ...(leftovers.length === 0 ? [] : [`${leftovers.length} left on the array`]),
  ].join(', ');
};

const onlyOf = ({ only, path }: Options) => {
  if (only === undefined) return path === undefined ? 'everything' : 'model';
  if (only === 'suite' || only === 'model') return only;
  if (checksNamed(only).length > 0) return { named: only };
  throw invalid(
    `no check has ${JSON.stringify(only)} in its name`,
    'give suite, model, or part of the name of a check',
  );
};
