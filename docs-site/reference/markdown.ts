/** A page of the reference: where it stands and what it says. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : [header, header.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

export const code = (text: string): string => `\`${text}\``;

export const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** As GitHub and our site make the anchor of a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

export const link = (text: string, heading: string, page = ''): string => `[${text}](${page}#${anchor(heading)})`;

/** Paragraphs and blocks with an empty line between them; what is empty is left out. */
export const paragraphs = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

export const page = (path: string, source: string, ...parts: readonly string[]): Page => ({
  path,
  text: `${paragraphs(`<!-- Written by \`npm run docs:reference\` from ${source}. -->`, ...parts)}\n`,
});
