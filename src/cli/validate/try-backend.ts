import {
  type FileBackend,
  lendCredentials,
  type UsableBackend,
  type ValidationFile,
} from '../../config/validation-file.ts';
import { type Rejection, ScoriaError } from '../../domain/errors.ts';
import { createLogger, type Logger, silentLogger } from '../../logging.ts';
import type { DriverCheckRequest } from '../../testing.ts';
import { given } from '../arguments.ts';
import { checkInJournal } from '../driver-check/in-journal.ts';
import { type Telling, tellingProgress } from '../driver-check/progress.ts';
import type { Globals } from '../globals.ts';
import { interruption } from '../interruption.ts';
import { printable } from '../printable.ts';
import { configurationFor } from '../session.ts';
import { type BackendValidation, countsOf, statusOf, untried } from './report.ts';
import type { ValidateOptions } from './validate.ts';

/** How the backends of a file are tried. */
export interface Course {
  readonly only: DriverCheckRequest['only'];
  readonly backend: Omit<DriverCheckRequest['backend'], 'options'>;
  readonly sizePrecision: number;
  readonly logger: Logger;
  readonly telling: Telling;
}

/** cinderlib's script for virtual environments: programs are looked for where this process finds them. */
const VENV_SUDO = 'sudo -n --preserve-env=PATH env';

/** As the file, the settings and the flags say; the flags win. */
export const courseOf = async (
  { logs, venvSudo, sizePrecision }: ValidationFile,
  { only, size, pool, ...globals }: ValidateOptions & Globals,
): Promise<Course> => {
  const { settings } = await configurationFor(globals);
  const { log_level, root_helper = venvSudo ? VENV_SUDO : undefined } = settings;
  const level = log_level ?? (logs ? 'debug' : undefined);
  const logger = level === undefined ? silentLogger : createLogger({ level });
  return {
    only: only === undefined ? 'suite' : { named: only },
    backend: {
      ...{ sizeGiB: size, sizePrecision, environment: { log: logger } },
      ...given({ pool, rootHelper: root_helper }),
    },
    ...{ sizePrecision, logger, telling: tellingProgress(globals.json ?? false) },
  };
};

/** Runs the checks on one backend, as far as that goes. */
export const tried = async (backend: FileBackend, course: Course): Promise<BackendValidation> => {
  const { name, volume_driver } = backend;
  if ('problem' in backend) {
    const { message, remedy } = backend.problem;
    course.telling.say(`backend ${name}: ${printable(message)}`);
    const error = { code: 'UnknownDriver', message, remedy } as const;
    return untried({ name, volume_driver, status: 'no driver' }, { error });
  }
  if (interruption.aborted) return untried({ name, volume_driver, status: 'not begun' }, { options: backend.shown });
  const began = performance.now();
  try {
    return { ...(await checked(backend, course)), duration_ms: Math.round(performance.now() - began) };
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    course.telling.say(`backend ${name}: ${printable(error.rejection.message)}`);
    return unusable(backend, error.rejection, Math.round(performance.now() - began));
  }
};

const unusable = (
  { name, volume_driver, shown }: UsableBackend,
  { code, message, remedy }: Rejection,
  duration_ms: number,
): BackendValidation => {
  const error = { code, message, remedy };
  return untried({ name, volume_driver, status: 'not usable' }, { options: shown, error, duration_ms });
};

const checked = async (usable: UsableBackend, course: Course): Promise<BackendValidation> => {
  const { name, volume_driver, driver, options, shown } = usable;
  using _lent = lendCredentials(usable);
  const { report, journal, cleanUp } = await checkInJournal(
    {
      ...{ driver, backendName: name, only: course.only, signal: interruption },
      backend: { ...course.backend, options },
      // The lives of the model are for authors of drivers: `driver check` has them.
      ...{ runs: 0, seed: 0, maxCommands: 0 },
    },
    {
      ...{ directory: undefined, logger: course.logger, telling: course.telling },
      begins: (file) => `backend ${name}, driver ${printable(volume_driver)}; the record of this check is ${file}`,
    },
  );
  const { capabilities, storage, checks, leftovers } = report;
  return {
    ...{ name, volume_driver, status: statusOf(report), options: shown },
    ...{ capabilities, storage, checks, counts: countsOf(checks), leftovers },
    ...{ error: null, journal, clean_up: cleanUp, duration_ms: 0 },
  };
};
