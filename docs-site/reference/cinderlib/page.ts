import { code, type Page, page, table } from '../markdown.ts';
import type { Row } from './row.ts';
import { SECTIONS } from './sections.ts';

const HEADER = ['cinderlib', 'library', 'command line', 'is', 'shown by'];

const cells = ({ cinderlib, library, cli, is, by: [file, title] }: Row): readonly string[] => [
  cinderlib,
  library ?? '–',
  cli ?? '–',
  is.replace(/^\w+/, '**$&**'),
  `${code(file)}: ${title}`,
];

/** `docs/reference/cinderlib.md`: what cinderlib's users know, and what it is here. */
export const cinderlibPage = (): Page =>
  page(
    'docs/reference/cinderlib.md',
    'docs-site/reference/cinderlib',
    '# From cinderlib, name by name',
    `What the documentation of cinderlib describes, and what it is in Scoria: the same, better or different. Each line names the test
that shows it. What the two are altogether stands in [coming from cinderlib](../explanation/coming-from-cinderlib.md), how to move in
[from cinderlib](../how-to/from-cinderlib.md).`,
    ...SECTIONS.flatMap(({ title, rows }) => [`## ${title}`, table(HEADER, rows.map(cells))]),
  );
