import type { KeyedRow } from '../index.ts';

type Fields = { readonly [name: string]: unknown };

/** What is no object of fields is a field of its own. */
const fieldsOf = (row: unknown): Fields =>
  typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Fields) : { row };

/**
 * Rows as RFC 4180 text: the key, then the fields in the order in which rows first have them. What a spreadsheet would
 * run as a formula gets an apostrophe in front, because names are anybody's text; JSON has every value as it is.
 */
export const csvOf = async (rows: readonly KeyedRow[]): Promise<string> => {
  const { stringify } = await import('csv-stringify/sync');
  const records = rows.map(({ key, row }) => ({ key, fields: fieldsOf(row) }));
  const names = [...new Set(records.flatMap(({ fields }) => Object.keys(fields)))];
  return stringify(
    [['key', ...names], ...records.map(({ key, fields }) => [key, ...names.map((name) => fields[name])])],
    OPTIONS,
  );
};

const OPTIONS = {
  record_delimiter: 'windows',
  // It would quote only its own delimiter, which is not all that ends a line.
  quoted_match: /[\r\n]/,
  escape_formulas: true,
  cast: { boolean: String },
} as const;

/** The same of many rows with known fields, as lines without their line feeds. */
export async function* csvLines(names: readonly string[], rows: AsyncIterable<Fields>): AsyncGenerator<string> {
  const { stringify } = await import('csv-stringify/sync');
  const line = (cells: readonly unknown[]): string => stringify([[...cells]], OPTIONS).slice(0, -1);
  yield line(names);
  for await (const row of rows) yield line(names.map((name) => row[name]));
}
