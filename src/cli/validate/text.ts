import { reportText } from '../driver-check/text.ts';
import { printable } from '../printable.ts';
import { type Document, field, identifier, table } from '../table.ts';
import type { BackendValidation, ValidationReport } from './report.ts';
import { CHECK_STATUSES, secondsText } from './report.ts';

/** The checks of each backend, and a table of all backends at the end, where a terminal shows it. */
export const validationText = (report: ValidationReport): string => {
  const { backends, versions, passed } = report;
  const { scoria, node, kernel } = versions;
  return [
    ...backends.map(backendText),
    table(backends.map(rowOf), COLUMNS),
    `Scoria ${scoria}, Node.js ${node}, ${kernel}: ${passed ? 'every backend is valid' : 'not every backend is valid'}`,
  ].join('\n\n');
};

const backendText = (backend: BackendValidation): string => {
  const { name, volume_driver, status, error, journal, clean_up } = backend;
  const head = `Check of backend ${name}, driver ${printable(volume_driver)}`;
  if (error !== null) {
    return `${head}\n\n${status}: ${printable(error.message)}\n  hint: ${printable(error.remedy)}`;
  }
  if (status === 'not begun') return `${head}\n\n${status}: interrupted`;
  const { checks, leftovers, capabilities, storage } = backend;
  const interrupted = status === 'interrupted';
  return reportText(
    {
      ...{ driver: volume_driver, backend: name, capabilities, storage, checks, model: null, leftovers, interrupted },
      passed: status === 'passed',
    },
    { again: null, journal, cleanUp: clean_up },
  );
};

const rowOf = ({ name, status, counts, duration_ms }: BackendValidation): Document => ({
  backend: name,
  status,
  ...counts,
  time: secondsText(duration_ms),
});

const COLUMNS = [
  identifier('backend'),
  identifier('status'),
  ...CHECK_STATUSES.map((status) => field(status, status, 'right')),
  field('time', 'time', 'right'),
];
