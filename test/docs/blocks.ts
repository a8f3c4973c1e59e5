import MarkdownIt from 'markdown-it';

/** What stands in a page between fences, and what the comment before it says of it. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** `<!-- examples/first-volume.ts -->`: the file whose text it is. */
  readonly file?: string;
  /** `<!-- not run: why -->` */
  readonly notRun?: string;
}

const FILE = /^<!-- (?<file>[\w./-]+\.\w+) -->$/;
const NOT_RUN = /^<!-- not run: (?<reason>.+) -->$/;
const NOTHING_RUN = /^<!-- no block of this page is run: (?<reason>.+) -->$/m;

const markdown = new MarkdownIt({ html: true });

export const blocksOf = (page: string): readonly Block[] => {
  const tokens = markdown.parse(page, {});
  const nothing = NOTHING_RUN.exec(page)?.groups?.reason;
  return tokens.flatMap((token, index) => {
    if (token.type !== 'fence') return [];
    const before = tokens[index - 1];
    const comment = before?.type === 'html_block' ? before.content.trim() : '';
    const file = FILE.exec(comment)?.groups?.file;
    const notRun = NOT_RUN.exec(comment)?.groups?.reason ?? nothing;
    return [
      {
        language: token.info.trim(),
        text: token.content,
        line: (token.map?.[0] ?? 0) + 2,
        ...(file === undefined ? {} : { file }),
        ...(notRun === undefined ? {} : { notRun }),
      },
    ];
  });
};

/** A command of a `console` block, and what it is said to print. */
export interface Exchange {
  readonly command: string;
  readonly expected: string;
}

/** `$ command` and the lines under it; a command goes on in the next line after a backslash. */
export const exchangesOf = (text: string): readonly Exchange[] =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((exchange) => {
      const [, command = '', expected = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n?([\s\S]*)$/.exec(exchange) ?? [];
      return { command, expected: expected.trimEnd() };
    });

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)?/g;
const HASH = /\b[0-9a-f]{64}\b/g;

/** Ids, hashes and times are another in each run. */
const steady = (text: string): string => text.replaceAll(ID, 'ID').replaceAll(TIME, 'TIME').replaceAll(HASH, 'HASH');

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether a page shows what was printed; `…` stands for anything in a line, alone in a line for any lines. */
export const shows = (expected: string, printed: string): boolean => {
  const lines = steady(expected)
    .split('\n')
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*')}\\n`));
  return new RegExp(`^${lines.join('')}$`).test(`${steady(printed.trimEnd())}\n`);
};
