import MarkdownIt from 'markdown-it';

export interface Entry {
  readonly title: string;
  /** Of the source, from the root of the repository. */
  readonly path: string;
}

export interface Section {
  readonly title: string;
  readonly entries: readonly Entry[];
}

const markdown = new MarkdownIt();

/** The map of the pages is one of them: its headings are the sections of the navigation, and its links the entries. */
export const sectionsOf = (index: string, resolve: (href: string) => string): readonly Section[] => {
  const sections: { title: string; entries: Entry[] }[] = [];
  let inHeading = false;
  for (const token of markdown.parse(index, {})) {
    if (token.type === 'heading_open') inHeading = token.tag === 'h2';
    if (token.type !== 'inline') continue;
    if (inHeading) sections.push({ title: token.content, entries: [] });
    else sections.at(-1)?.entries.push(...linksIn(token.children ?? [], resolve));
    inHeading = false;
  }
  return sections;
};

type Tokens = NonNullable<ReturnType<typeof markdown.parse>[number]['children']>;

const linksIn = (tokens: Tokens, resolve: (href: string) => string): readonly Entry[] => {
  const entries: Entry[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'link_open') continue;
    const end = tokens.findIndex((other, at) => at > index && other.type === 'link_close');
    const title = tokens
      .slice(index + 1, end)
      .map(({ content }) => content)
      .join('');
    entries.push({ title, path: resolve(String(token.attrGet('href'))) });
  }
  return entries;
};
