import { escapeHtml } from './html.ts';
import type { Section } from './navigation.ts';
import { fileOf, type Rendered, relativeUrl } from './render.ts';

/** The folders from a page up to the root of the site. */
const rootFrom = (path: string): string => '../'.repeat(fileOf(path).split('/').length - 1);

const navigation = (sections: readonly Section[], path: string): string =>
  sections
    .map(({ title, entries }) => {
      const items = entries.map(
        (entry) =>
          `<li><a href="${relativeUrl(path, entry.path)}"${entry.path === path ? ' aria-current="page"' : ''}>${escapeHtml(firstUpper(entry.title))}</a></li>`,
      );
      return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join('\n')}</ul>`;
    })
    .join('\n');

const firstUpper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const contents = ({ parts }: Rendered): string => {
  const shown = parts.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return '';
  const items = shown.map(
    ({ level, id, title }) => `<li class="level-${level}"><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join('\n')}</ul></nav>`;
};

/** One page of the site. It asks for nothing that is not beside it. */
export const layout = (page: Rendered, sections: readonly Section[]): string => {
  const root = rootFrom(page.path);
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title === 'Scoria' ? page.title : `${page.title} · Scoria`)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/style.css">
<script defer src="${root}assets/minisearch.js"></script>
<script defer src="${root}assets/search-index.js"></script>
<script defer src="${root}assets/search.js"></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="${root}index.html">Scoria</a>
<search><input type="search" role="combobox" aria-label="Search" aria-expanded="false" aria-controls="results" aria-autocomplete="list" placeholder="Search" autocomplete="off" spellcheck="false"><kbd>/</kbd>
<ul id="results" role="listbox" aria-label="Results" hidden></ul></search>
</header>
<div class="page">
<details class="menu"><summary>Pages</summary><nav aria-label="Pages">
${navigation(sections, page.path)}
</nav></details>
<main id="content">
${page.html}</main>
${contents(page)}
</div>
</body>
</html>
`;
};
