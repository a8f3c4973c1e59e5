import { rejections, ScoriaError } from '../../domain/errors.ts';
import type { OptionAnswer } from './options.ts';
import { type ClassPlace, SYSTEM_PYTHON } from './place.ts';
import { keepSpare, Python, PythonError } from './python.ts';

/** What Python says of a driver's class. */
export interface ClassAnswer {
  readonly description: string;
  readonly version: string | null;
  /** The methods that it has beyond those that every driver must have. */
  readonly overrides: readonly string[];
  readonly speaks_of_multiattach: boolean;
  /** Its own first, and then those that all drivers have. */
  readonly options: readonly OptionAnswer[];
}

export interface ListedClass {
  readonly class: string;
  readonly version: string | null;
  readonly supported: boolean;
}

/** Loading Cinder takes a second, and much longer where nothing of it is in memory. */
const ASKED_WITHIN_MS = 300_000;

const asked = async (python: Python, path: string, question: object, name: string): Promise<unknown> => {
  try {
    return await python.ask(question, AbortSignal.timeout(ASKED_WITHIN_MS));
  } catch (error) {
    python.kill('is not needed');
    throw new ScoriaError(whyNot(path, name, error as Error), { cause: error });
  }
};

/** The classes of Cinder that this Python has and can load. */
export const listClasses = async (path = SYSTEM_PYTHON): Promise<readonly ListedClass[]> => {
  const python = new Python(path);
  const classes = await asked(python, path, { do: 'list' }, path);
  python.kill('is not needed');
  return classes as readonly ListedClass[];
};

const described = new Map<string, Promise<ClassAnswer>>();

/** Asked once per process: what is installed does not change under it. */
export const describeClass = (name: string, place: ClassPlace): Promise<ClassAnswer> => {
  const known = described.get(name);
  if (known !== undefined) return known;
  const answer = describedAnew(name, place);
  described.set(name, answer);
  answer.catch(() => described.delete(name));
  return answer;
};

const describedAnew = async (name: string, place: ClassPlace): Promise<ClassAnswer> => {
  const python = new Python(place.python);
  const answer = await asked(python, place.python, { do: 'describe', class: place.path }, name);
  keepSpare(place, python);
  return answer as ClassAnswer;
};

const whyNot = (python: string, driver: string, error: Error) => {
  const lacking = error instanceof PythonError ? /No module named '([\w.]+)'/.exec(error.message)?.[1] : undefined;
  if (lacking !== undefined && ['cinder', 'os_brick', 'oslo_config'].includes(lacking)) {
    const remedy = 'install python3-cinder, or name a Python that has Cinder: cinder:/path/to/python3:CLASS';
    return rejections.UnknownDriver(`${python} has no ${lacking}`, remedy, { driver });
  }
  if (!(error instanceof PythonError)) {
    const remedy = `see whether it starts: ${python} -c 'import cinder'`;
    return rejections.UnknownDriver(`${JSON.stringify(driver)} cannot be asked for: ${error.message}`, remedy, {
      driver,
    });
  }
  const remedy =
    lacking === undefined
      ? '`scoria driver list --cinder` shows the classes that are there'
      : `install what has the module ${lacking}; \`scoria driver list --cinder\` shows the classes that are there`;
  return rejections.UnknownDriver(`${JSON.stringify(driver)} cannot be loaded: ${error.message}`, remedy, { driver });
};
