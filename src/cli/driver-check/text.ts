import type { CheckReport, DriverReport, LifecycleFailure, ModelReport } from '../../testing.ts';
import { printable } from '../printable.ts';

/** How the report goes on after the checks: where the record is, and what to type. */
export interface Footing {
  /** Repeats exactly the failure of the model. */
  readonly again: string | null;
  /** `null` when it was taken away. */
  readonly journal: string | null;
  readonly cleanUp: string | null;
}

/** What a check found, for people. */
export const reportText = (report: DriverReport, footing: Footing): string => {
  const { driver, backend, capabilities, checks, model } = report;
  const can = capabilities.length === 0 ? 'no capabilities' : capabilities.join(', ');
  return [
    `Check of backend ${printable(backend)}, driver ${printable(driver)} (${can})`,
    '',
    ...checks.flatMap(checkLines),
    ...(model === null ? [] : modelLines(model, footing.again)),
    '',
    ...summaryLines(report, footing),
  ].join('\n');
};

const WIDTH = 'not supported'.length;
const line = (status: string, text: string): string => `${status.padEnd(WIDTH)}  ${text}`;

/** Lines of text, each on its own and shown whole. */
const indented = (text: string, margin: string): readonly string[] =>
  text.split('\n').map((one) => `${margin}${printable(one)}`);

/** A check as a sentence about the driver without its subject. */
export const checkName = ({ level, name }: Pick<CheckReport, 'level' | 'name'>): string =>
  level === 'engine' ? `through an engine, ${name}` : name;

const checkLines = (report: CheckReport): readonly string[] => {
  const { status, message, remedy } = report;
  const said = checkName(report);
  if (status === 'passed') return [line('ok', said)];
  const hint = remedy === undefined ? [] : indented(`hint: ${remedy}`, '    ');
  if (status === 'failed') return [line('FAILED', said), ...indented(message ?? '', '    '), ...hint];
  return [line(status, `${said}: ${printable(message ?? '')}`)];
};

const modelLines = (model: ModelReport, again: string | null): readonly string[] => {
  const { status, runs, seed, failure } = model;
  const lives = `the lifecycle model: ${runs} ${runs === 1 ? 'life' : 'lives'}, seed ${seed}`;
  if (failure === undefined) return [line(status === 'passed' ? 'ok' : status, lives)];
  return [line('FAILED', lives), ...failureLines(failure, again)];
};

const failureLines = (failure: LifecycleFailure, again: string | null): readonly string[] => {
  const { message, steps, events, ids } = failure;
  const width = Math.max(0, ...events.map(({ type }) => type.length));
  return [
    ...indented(message, '    '),
    '  The shortest sequence that shows it:',
    ...steps.map((step, index) => `    ${index + 1}. ${printable(step)}`),
    '  What it left in the record:',
    ...events.map(({ position, stream, type, words }) =>
      printable(`    ${position.padStart(6)}  ${stream}  ${type.padEnd(width)}  ${words}`),
    ),
    ...Object.entries(ids).map(([symbol, id]) => `    (${symbol} is ${id})`),
    ...(again === null ? [] : ['  Exactly this again:', `    ${again}`]),
  ];
};

const summaryLines = (report: DriverReport, { journal, cleanUp }: Footing): readonly string[] => {
  const { checks, leftovers, interrupted } = report;
  const counts = (['passed', 'failed', 'not supported', 'not run'] as const)
    .map((status) => [checks.filter((check) => check.status === status).length, status] as const)
    .filter(([count, status]) => count > 0 || status === 'passed')
    .map(([count, status]) => `${count} ${status}`);
  return [
    ...(interrupted ? ['interrupted'] : []),
    ...(checks.length === 0 ? [] : [counts.join(', ')]),
    ...(leftovers.length === 0 ? ['Everything that was made is gone.'] : ['Left on the array:']),
    ...leftovers.map(({ kind, id, why }) => `  ${kind} ${printable(id)}: ${printable(why)}`),
    ...(journal === null ? [] : [`The record of it is in ${journal}`]),
    ...(cleanUp === null ? [] : [`To try again to take away what is left: ${cleanUp}`]),
  ];
};
