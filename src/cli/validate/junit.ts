import type { CheckReport } from '../../testing.ts';
import { checkName } from '../driver-check/text.ts';
import { escaped } from './markup.ts';
import { type BackendValidation, factsOf, type ValidationReport } from './report.ts';

type Attributes = Readonly<Record<string, string | number>>;

const element = (name: string, attributes: Attributes, content: readonly string[] | string = []): string => {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  if (content.length === 0) return `<${name}${said.join('')}/>`;
  const inside = typeof content === 'string' ? escaped(content) : `\n${content.join('\n')}\n`;
  return `<${name}${said.join('')}>${inside}</${name}>`;
};

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The report as continuous integration reads it: a suite for each backend, a case for each check. */
export const junitXml = (report: ValidationReport): string => {
  const suites = report.backends.map((backend) => suiteOf(backend, report));
  const sum = (name: keyof Sums) => suites.reduce((total, { sums }) => total + sums[name], 0);
  const totals = { tests: sum('tests'), failures: sum('failures'), errors: sum('errors'), skipped: sum('skipped') };
  const root = { name: 'scoria validate', ...totals, time: seconds(report.duration_ms) };
  const content = suites.map(({ xml }) => xml);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', root, content)}\n`;
};

interface Sums {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

const suiteOf = (
  backend: BackendValidation,
  report: ValidationReport,
): { readonly xml: string; readonly sums: Sums } => {
  const { name, checks, counts, duration_ms } = backend;
  const untried = untriedCases(backend);
  const sums = {
    tests: checks.length + untried.length,
    failures: counts.failed,
    errors: untried.length,
    skipped: counts['not run'] + counts['not supported'],
  };
  const attributes = { name, ...sums, time: seconds(duration_ms), timestamp: report.begun_at };
  const cases = [...checks.map((check) => caseOf(name, check)), ...untried];
  return { xml: element('testsuite', attributes, [propertiesOf(backend, report), ...cases]), sums };
};

const propertiesOf = (backend: BackendValidation, { versions, size_precision }: ValidationReport): string => {
  const options = Object.entries(backend.options).map(([name, value]) => [name, optionText(value)] as const);
  const facts = [...Object.entries(versions), ['size_precision', size_precision], ...factsOf(backend), ...options];
  return element(
    'properties',
    {},
    facts.map(([name, value]) => element('property', { name: String(name), value: String(value) })),
  );
};

/** A value of an option, for people. */
export const optionText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const caseOf = (backend: string, check: CheckReport): string => {
  const attributes = { classname: backend, name: checkName(check), time: seconds(check.duration_ms) };
  const { status, message = '', remedy } = check;
  if (status === 'passed') return element('testcase', attributes);
  if (status !== 'failed') {
    return element('testcase', attributes, [element('skipped', { message: `${status}: ${message}` })]);
  }
  const [summary = ''] = message.split('\n');
  const whole = remedy === undefined ? message : `${message}\nhint: ${remedy}`;
  return element('testcase', attributes, [element('failure', { message: summary, type: 'failed' }, whole)]);
};

/** What kept checks from being run at all is an error. */
const untriedCases = ({ name, status, error }: BackendValidation): readonly string[] => {
  const isCutShort = status === 'interrupted' || status === 'not begun';
  if (error === null && !isCutShort) return [];
  const { code, message, remedy } = error ?? { code: 'Interrupted', message: status, remedy: 'validate it again' };
  const attributes = { classname: name, name: 'can be validated', time: seconds(0) };
  return [element('testcase', attributes, [element('error', { message, type: code }, `${message}\nhint: ${remedy}`)])];
};
