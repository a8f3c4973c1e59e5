import { localTime } from './local-time.ts';
import { printable } from './printable.ts';

/** A document as the command line prints it, of whatever kind. */
export type Document = { readonly [key: string]: unknown };

export interface Column {
  readonly header: string;
  readonly of: (document: Document) => unknown;
  readonly align?: 'right';
}

/** A column that shows a field as it is. */
export const field = (name: string, header = name, align?: 'right'): Column => ({
  header: header.toUpperCase().replaceAll('_', ' '),
  of: (document) => document[name],
  ...(align === undefined ? {} : { align }),
});

export const time = (name: string, header = name): Column => ({
  ...field(name, header),
  of: (document) => localTime(document[name]),
});

/** Aligned columns; nothing is cut off. */
export const table = (documents: readonly Document[], columns: readonly Column[]): string => {
  const rows = [
    columns.map(({ header }) => header),
    ...documents.map((document) => columns.map(({ of }) => cell(of(document)))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) => line(row, widths, columns)).join('\n');
};

const line = (row: readonly string[], widths: readonly number[], columns: readonly Column[]): string =>
  row
    .map((text, index) => {
      const width = widths[index] ?? 0;
      return columns[index]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
    })
    .join('  ')
    .trimEnd();

/** One document as aligned fields, and what it has several of as blocks underneath. */
export const fields = (document: Document, margin = ''): string => {
  const entries = Object.entries(document);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  const own = entries
    .filter(([, value]) => !isList(value))
    .map(([name, value]) => `${margin}${name.padEnd(width)}  ${valueText(name, value)}`.trimEnd());
  const blocks = entries.flatMap(([name, value]) =>
    isList(value) ? value.map((item) => `\n${margin}${name}:\n${fields(item, `${margin}  `)}`) : [],
  );
  return [...own, ...blocks].join('\n');
};

const isList = (value: unknown): value is readonly Document[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);

const valueText = (name: string, value: unknown): string => {
  if (name.endsWith('_at') && typeof value === 'string') return localTime(value);
  return SIZES.includes(name) && typeof value === 'number' ? `${value} GiB` : cell(value);
};

const SIZES = ['size', 'volume_size'];

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object') return printable(JSON.stringify(value));
  return printable(String(value));
};
