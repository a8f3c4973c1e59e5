import { randomInt } from 'node:crypto';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { checkDriver, checksNamed, type DriverReport, madeIn, openJournal } from '../../testing.ts';
import { given } from '../arguments.ts';

import type { Globals } from '../globals.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { print } from '../report.ts';
import { againLine, cleanUpLine } from './again.ts';
import { checkEnvironment } from './environment.ts';
import { type JournalFile, newJournalFile } from './journal-file.ts';
import type { CheckOptions } from './options.ts';
import { type Telling, tellingProgress } from './progress.ts';
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
  const file = await newJournalFile(options.journal);
  const telling = tellingProgress(options.json ?? false);
  const report = await checked(target, file, options, { only, seed, signal: interruption, telling });
  await conclude(report, file, backend, options);
};

interface Course {
  readonly only: ReturnType<typeof onlyOf>;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly telling: Telling;
}

const checked = async (target: Target, file: JournalFile, options: Options, course: Course): Promise<DriverReport> => {
  const { runs, path, maxCommands, size, pool } = options;
  const { telling, ...chosen } = course;
  const { logger, ...helper } = await checkEnvironment(options);
  telling.say(`seed ${chosen.seed}; the record of this check is ${file.path}`);
  await using journal = await openJournal(file.path, 'create', { logger, ...helper });
  try {
    return await checkDriver({
      ...chosen,
      ...{ journal, driver: target.driver, backendName: target.backendName },
      backend: { options: target.options, sizeGiB: size, ...given({ pool }), environment: { log: logger }, ...helper },
      ...{ runs, maxCommands, onProgress: telling.tell },
      ...(path === undefined ? {} : { path }),
    });
  } catch (error) {
    const nothingMade = await madeIn(journal).then(
      (made) => made.length === 0,
      () => false,
    );
    // Most often the backend could not be brought into use.
    if (nothingMade) await file.remove();
    else telling.say(`something may be on the array still: ${cleanUpLine(file.path)}`);
    throw error;
  } finally {
    telling.end();
  }
};

const conclude = async (
  report: DriverReport,
  file: JournalFile,
  backend: string | undefined,
  options: Options,
): Promise<void> => {
  const { model, passed, leftovers, interrupted } = report;
  const isKept = leftovers.length > 0 || !(passed || interrupted);
  if (!isKept) await file.remove();
  const { failure, seed } = model ?? {};
  const footing = {
    again:
      failure === undefined || seed === undefined ? null : againLine(backend, options, { seed, path: failure.path }),
    journal: isKept ? file.path : null,
    cleanUp: leftovers.length === 0 ? null : cleanUpLine(file.path),
  };
  const json = { ...report, again: footing.again, journal: footing.journal };
  await print({ json, text: () => reportText(report, footing) }, options.json ?? false);
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
