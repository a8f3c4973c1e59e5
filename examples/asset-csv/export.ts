import { parseArgs } from 'node:util';
import { stringify } from 'csv-stringify/sync';
import { createEngine, type KeyedRow, ScoriaError } from 'scoria';
import assets, { type AssetRow } from './assets.ts';

const USAGE = 'usage: node export.ts LOG [--since POSITION] [--at WHEN]';
const COLUMNS = [
  'id',
  'name',
  'backend',
  'size_gib',
  'status',
  'hosts',
  'project',
  'user',
  'created_at',
  'changed_at',
  'deleted_at',
] as const;

const csvOf = (rows: readonly KeyedRow<AssetRow>[]): string =>
  stringify(
    rows.map(({ row: { asset, changed_at, deleted_at } }) => ({
      ...asset,
      hosts: asset.hosts.join(' '),
      changed_at,
      deleted_at,
    })),
    {
      header: true,
      columns: [...COLUMNS],
      // RFC 4180. It would quote only the delimiter itself, which is not all that ends a line.
      record_delimiter: 'windows',
      quoted_match: /[\r\n]/,
      // Names are anybody's text, and somebody will open this in a spreadsheet: "=..." becomes "'=...".
      escape_formulas: true,
    },
  );

const { values, positionals } = parseArgs({
  options: { since: { type: 'string', default: '0' }, at: { type: 'string' } },
  allowPositionals: true,
});
const [log] = positionals;

if (log === undefined || !/^\d+$/.test(values.since)) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    await using engine = await createEngine({ log, ifMissing: 'refuse', projections: [assets] });
    const view = await engine.view(values.at);
    const rows = await view.projection(assets);
    const changed = rows.filter(({ row }) => BigInt(row.changed_position) > BigInt(values.since));
    process.stdout.write(csvOf(changed));
    console.error(`changed since then: --since ${view.position}`);
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
