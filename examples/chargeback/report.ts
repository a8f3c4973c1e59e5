import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { createEngine, ScoriaError } from 'scoria';
import { billOf } from './bill.ts';
import chargeback from './chargeback.ts';

const USAGE = 'usage: node report.ts LOG [--month 2026-10] [--at 2026-11-01T00:00:00Z]';
const COLUMNS = [
  'month',
  'project',
  'volume_gib_seconds',
  'volume_gib_hours',
  'snapshot_gib_seconds',
  'snapshot_gib_hours',
] as const;

const report = async (log: string, at: string | undefined, month: string | undefined): Promise<string> => {
  await using engine = await createEngine({ log, ifMissing: 'refuse', projections: [chargeback] });
  // What has happened since `at` must not be on the bill, so the rows are read as they were then.
  const view = await engine.view(at);
  const lines = billOf(await view.projection(chargeback), at === undefined ? new Date() : new Date(at));
  return stringify(
    lines.filter((line) => month === undefined || line.month === month),
    { header: true, columns: [...COLUMNS], record_delimiter: 'windows', escape_formulas: true },
  );
};

const { values, positionals } = parseArgs({
  options: { at: { type: 'string' }, month: { type: 'string' } },
  allowPositionals: true,
});
const [log] = positionals;
const isTime = values.at === undefined || /^\d{4}-\d{2}-\d{2}/.test(values.at);
const isMonth = values.month === undefined || /^\d{4}-\d{2}$/.test(values.month);

if (log === undefined || !isTime || !isMonth) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    process.stdout.write(await report(log, values.at, values.month));
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
