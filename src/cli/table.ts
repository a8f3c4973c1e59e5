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

const valueText = (name: string, value: unknown): string =>
  name.endsWith('_at') && typeof value === 'string' ? localTime(value) : cell(value);

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object') return printable(JSON.stringify(value));
  return printable(String(value));
};

/** Names are anybody's text: what would move the cursor or end the line is shown as its escape. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** `2026-11-20 14:02:07` by this host's clock, as people read times; JSON keeps the recorded ISO time. */
export const localTime = (value: unknown): string => {
  if (typeof value !== 'string') return '-';
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return printable(value);
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
};
