import { coloured, type Style, styleOfStatus } from './colour.ts';
import { localTime } from './local-time.ts';
import { printable } from './printable.ts';

/** A document as the command line prints it, of whatever kind. */
export type Document = { readonly [key: string]: unknown };

export interface Column {
  readonly header: string;
  readonly of: (document: Document) => unknown;
  readonly align?: 'right';
  readonly whole?: boolean;
  readonly style?: (text: string) => Style;
}

/** A column that shows a field as it is. */
export const field = (name: string, header = name, align?: 'right'): Column => ({
  header: header.toUpperCase().replaceAll('_', ' '),
  of: (document) => document[name],
  ...(align === undefined ? {} : { align, whole: true }),
});

export const time = (name: string, header = name): Column => ({
  ...field(name, header),
  of: (document) => localTime(document[name]),
  whole: true,
});

/** What a command needs whole, which is never cut. */
export const identifier = (name: string, header = name): Column => ({ ...field(name, header), whole: true });

export const status = (name = 'status'): Column => ({ ...field(name), whole: true, style: styleOfStatus });

/** Aligned columns. On a terminal they fit its width: long texts are cut, then the last columns are left out, and counted. */
export const table = (documents: readonly Document[], columns: readonly Column[], width = terminalWidth()): string => {
  const rows = [
    columns.map(({ header }) => header),
    ...documents.map((document) => columns.map(({ of }) => cell(of(document)))),
  ];
  const natural = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const widths = fitted(natural, columns, width);
  const shown = columns.slice(0, widths.length);
  const lines = rows.map((row, index) => line(row, widths, shown, index > 0));
  const left = columns.length - widths.length;
  const note = left === 0 ? [] : [`(no room for ${left} more columns; --json shows all)`];
  return [...lines, ...note].join('\n');
};

const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY);

const GAP = 2;
const LEAST = 8;

const totalOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one + GAP, -GAP);

/** Takes from the widest column that may be cut, as long as there is one; then from the number of columns. */
const fitted = (natural: readonly number[], columns: readonly Column[], room: number): readonly number[] => {
  const widths = [...natural];
  for (let over = totalOf(widths) - room; over > 0; over = totalOf(widths) - room) {
    const widest = widths.reduce(
      (best, one, index) => (!columns[index]?.whole && one > Math.max(LEAST, widths[best] ?? LEAST) ? index : best),
      -1,
    );
    if (widest < 0) break;
    const others = widths.filter((_, index) => index !== widest && !columns[index]?.whole);
    widths[widest] = Math.max(
      LEAST,
      ...others.filter((one) => one < (widths[widest] ?? 0)),
      (widths[widest] ?? 0) - over,
    );
  }
  if (totalOf(widths) <= room || widths.length === 1) return widths;
  return fitted(natural.slice(0, -1), columns.slice(0, -1), room);
};

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

const line = (row: readonly string[], widths: readonly number[], columns: readonly Column[], styled: boolean): string =>
  columns
    .map(({ align, style }, index) => {
      const width = widths[index] ?? 0;
      const text = cut(row[index] ?? '', width);
      const padding = ' '.repeat(width - text.length);
      const shown = styled && style !== undefined ? coloured(style(text), text) : text;
      return align === 'right' ? padding + shown : shown + padding;
    })
    .join(' '.repeat(GAP))
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
  if (name === 'status' && typeof value === 'string') return coloured(styleOfStatus(value), cell(value));
  return SIZES.includes(name) && typeof value === 'number' ? `${value} GiB` : cell(value);
};

const SIZES = ['size', 'volume_size'];

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object') return printable(JSON.stringify(value));
  return printable(String(value));
};
