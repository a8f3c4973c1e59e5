import { type FileBackend, readValidationFile, type ValidationFile } from '../../config/validation-file.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { didYouMean } from '../../nearest.ts';
import { checksNamed } from '../../testing.ts';
import { problemsTold } from '../config/problems.ts';
import { invalid } from '../driver-check/target.ts';
import { assertWritable, writeAllTheSame } from '../files.ts';
import type { Globals } from '../globals.ts';
import { Interrupted, interruption } from '../interruption.ts';
import { print } from '../report.ts';
import { htmlPage } from './html.ts';
import { junitXml } from './junit.ts';
import { listReport } from './list.ts';
import { countsOf, countsText, type ValidationReport, versions } from './report.ts';
import { validationText } from './text.ts';
import { type Course, courseOf, tried } from './try-backend.ts';

export interface ValidateOptions {
  readonly backend?: readonly string[];
  readonly only?: string;
  readonly list?: boolean;
  readonly junit?: string;
  readonly html?: string;
  readonly size: number;
  readonly pool?: string;
}

type Options = ValidateOptions & Globals;

/** Validates the backends of a file, tells what was found, and throws unless all of it is good. */
export const validate = async (path: string | undefined, options: Options): Promise<void> => {
  const { only, junit, html, json = false } = options;
  if (only !== undefined && checksNamed(only).length === 0) {
    const said = `no check has ${JSON.stringify(only)} in its name`;
    throw invalid(said, 'give part of a name that `scoria validate --list` shows');
  }
  if (options.list) return print(listReport(only ?? ''), json);
  if (path === undefined)
    throw invalid(
      'nothing says what to validate',
      'give the path of a file with backends, as for the functional tests of cinderlib',
    );
  for (const file of [junit, html]) if (file !== undefined) await assertWritable(file);
  const read = await readValidationFile(path);
  if ('problems' in read) throw await problemsTold(read.problems, { file: path, of: path, json });
  const backends = chosenOf(read.value, options.backend);
  const report = await reportOn(path, backends, await courseOf(read.value, options));
  await print({ json: report, text: () => validationText(report) }, json);
  if (junit !== undefined) await writeAllTheSame(junit, [junitXml(report)]);
  if (html !== undefined) await writeAllTheSame(html, [htmlPage(report)]);
  conclude(report);
};

const chosenOf = ({ backends }: ValidationFile, names: readonly string[] | undefined): readonly FileBackend[] => {
  if (names === undefined) return backends;
  const known = backends.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return backends.filter(({ name }) => names.includes(name));
  throw invalid(
    `--backend ${JSON.stringify(unknown)}: the file has no such backend`,
    didYouMean(unknown, known, 'the backends are'),
  );
};

const reportOn = async (file: string, backends: readonly FileBackend[], course: Course): Promise<ValidationReport> => {
  const begun = new Date();
  const began = performance.now();
  const found = [];
  for (const backend of backends) found.push(await tried(backend, course));
  return {
    file,
    begun_at: begun.toISOString(),
    duration_ms: Math.round(performance.now() - began),
    versions: versions(),
    size_precision: course.sizePrecision,
    passed: found.every(({ status }) => status === 'passed'),
    interrupted: interruption.aborted,
    counts: countsOf(found.flatMap(({ checks }) => checks)),
    backends: found,
  };
};

const conclude = ({ file, backends, counts, passed, interrupted }: ValidationReport): void => {
  const left = backends.flatMap(({ leftovers }) => leftovers).length;
  if (interrupted) {
    const said = left === 0 ? 'everything that it made is gone' : `${left} of what it made is left, see the report`;
    throw new Interrupted(interruption.reason.signal, `the validation was stopped; ${said}`);
  }
  if (passed) return;
  const bad = backends.filter(({ status }) => status !== 'passed' && status !== 'not all run');
  const details = { file, ...counts };
  if (bad.length === 0) {
    const said = `nothing failed, but ${counts['not run']} checks were not run here: ${countsText(counts)}`;
    const remedy = 'the report says why; validate on a host that can attach the volumes';
    throw new ScoriaError(rejections.ValidationIncomplete(said, remedy, details));
  }
  const said = bad.map(({ name, status }) => `${name} (${status})`).join(', ');
  const remedy = 'the report says what each must do; --backend and --only run a part of it again';
  throw new ScoriaError(rejections.ValidationFailed(`not every backend is valid: ${said}`, remedy, details));
};
