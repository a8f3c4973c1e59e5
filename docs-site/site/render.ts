import { posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import anchors from 'markdown-it-anchor';
import { type BundledLanguage, createHighlighter, type Highlighter } from 'shiki';
import { anchor } from '../reference/markdown.ts';
import { escapeHtml } from './html.ts';

/** A part of a page that has a heading of its own. */
export interface Part {
  readonly level: number;
  readonly id: string;
  readonly title: string;
  /** What stands under the heading, up to the next one, without markup. */
  readonly text: string;
}

export interface Rendered {
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly parts: readonly Part[];
  /** The links to other places of the site, as the source has them. */
  readonly links: readonly { readonly href: string; readonly to: string; readonly id: string }[];
}

const LANGUAGES = ['ts', 'sh', 'json', 'yaml'] as const;
const THEMES = { themes: { light: 'github-light', dark: 'github-dark' }, defaultColor: 'light-dark()' } as const;

/** Colours are chosen when the site is built; the page carries those for light and for dark. */
export const createRenderer = async () => {
  const highlighter = await createHighlighter({ themes: ['github-light', 'github-dark'], langs: [...LANGUAGES] });
  const markdown = new MarkdownIt({
    html: true,
    highlight: (code, language) => highlighted(highlighter, code, language),
  });
  markdown.use(anchors, {
    slugify: anchor,
    tabIndex: false,
    permalink: anchors.permalink.linkInsideHeader({ symbol: '#', placement: 'after', class: 'permalink' }),
  });
  markdown.renderer.rules.table_open = () => '<div class="table"><table>\n';
  markdown.renderer.rules.table_close = () => '</table></div>\n';
  return (path: string, source: string): Rendered => rendered(markdown, path, source);
};

/** The page has a background of its own for code. */
const withoutStyle = (pre: { readonly properties: Record<string, unknown> }): void => {
  delete pre.properties.style;
};

const highlighted = (highlighter: Highlighter, code: string, language: string): string => {
  const text = code.replace(/\n$/, '');
  if (language === 'console') return `<pre class="shiki"><code>${sessionHtml(highlighter, text)}</code></pre>\n`;
  const known = (LANGUAGES as readonly string[]).includes(language);
  const lang = known ? (language as BundledLanguage) : 'text';
  return highlighter.codeToHtml(text, { ...THEMES, lang, transformers: [{ pre: withoutStyle }] });
};

/** What is typed is code; what is printed is not. */
const sessionHtml = (highlighter: Highlighter, session: string): string => {
  let typing = false;
  return session
    .split('\n')
    .map((line) => {
      const begins = line.startsWith('$ ');
      const typed = begins || typing;
      typing = typed && line.endsWith('\\');
      if (!typed) return `<span class="printed">${escapeHtml(line)}</span>`;
      const command = begins ? line.slice(2) : line;
      const html = highlighter.codeToHtml(command, { ...THEMES, lang: 'sh', structure: 'inline' });
      return `${begins ? '<span class="prompt">$ </span>' : ''}${html}`;
    })
    .join('\n');
};

type Markdown = InstanceType<typeof MarkdownIt>;
type Token = ReturnType<Markdown['parse']>[number];

const rendered = (markdown: Markdown, path: string, source: string): Rendered => {
  const tokens = markdown.parse(source, {});
  const parts = partsOf(tokens);
  const links = tokens.flatMap(({ children }) => linksOf(children ?? [], path));
  return {
    path,
    title: parts[0]?.title ?? path,
    html: markdown.renderer.render(tokens, markdown.options, {}),
    parts,
    links,
  };
};

const textOf = (tokens: readonly Token[]): string =>
  tokens
    .filter(({ type }) => ['text', 'code_inline', 'softbreak', 'code_block', 'fence'].includes(type))
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : content))
    .join('');

const partsOf = (tokens: readonly Token[]): readonly Part[] => {
  const parts: { level: number; id: string; title: string; text: string }[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const title = textOf((tokens[index + 1]?.children ?? []).filter(({ type }) => type !== 'html_inline'));
      parts.push({
        level: Number(token.tag.slice(1)),
        id: String(token.attrGet('id')),
        title: title.replace(/#$/, '').trim(),
        text: '',
      });
    } else if (tokens[index - 1]?.type !== 'heading_open') {
      const part = parts.at(-1);
      const text = token.type === 'inline' ? textOf(token.children ?? []) : token.type === 'fence' ? token.content : '';
      if (part !== undefined && text !== '') part.text += ` ${text}`;
    }
  }
  return parts;
};

/** Finds the links within the site, and turns them into links between its files. */
const linksOf = (tokens: readonly Token[], path: string): Rendered['links'] =>
  tokens.flatMap((token) => {
    const href = token.type === 'link_open' ? String(token.attrGet('href')) : '';
    if (href === '' || token.attrGet('class') === 'permalink' || /^[a-z]+:/.test(href)) return [];
    const [file = '', id = ''] = href.split('#');
    const to = file === '' ? path : pageAt(posix.join(posix.dirname(path), decodeURI(file)));
    token.attrSet('href', `${file === '' ? '' : relativeUrl(path, to)}${id === '' ? '' : `#${id}`}`);
    return [{ href, to, id }];
  });

/** A link to a folder leads to what stands first in it. */
const pageAt = (path: string): string => (path.endsWith('/') ? `${path}README.md` : path);

/** Where a page stands in the site: the folder `docs` is its root. */
export const fileOf = (path: string): string =>
  path
    .replace(/^docs\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/[^/]+\.md$/, (name) => `${name.slice(0, -'.md'.length).toLowerCase()}.html`);

/** A link from one page to another that works wherever the site is opened, from a disk too. */
export const relativeUrl = (from: string, to: string): string =>
  posix.relative(posix.dirname(fileOf(from)), fileOf(to));
