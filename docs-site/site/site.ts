import { posix } from 'node:path';
import { layout } from './layout.ts';
import { type Section, sectionsOf } from './navigation.ts';
import { createRenderer, fileOf, type Rendered } from './render.ts';
import { searchIndex } from './search.ts';

export const INDEX = 'docs/index.md';

/** Pages that are not in the folder, and belong to the site. */
export const PROJECT_PAGES: readonly string[] = ['CONTRIBUTING.md', 'CHANGELOG.md'];

export class BrokenSite extends Error {
  override readonly name = 'BrokenSite';
}

/** The files of the site, by their path in it, from the pages by their path in the repository. */
export const siteFrom = async (sources: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> => {
  const render = await createRenderer();
  const pages = [...sources].map(([path, source]) => render(path, source));
  const listed = sectionsOf(sources.get(INDEX) ?? '', (href) => posix.join(posix.dirname(INDEX), href));
  const problems = [...pages.flatMap((page) => brokenLinks(page, pages)), ...unlisted(pages, listed)];
  if (problems.length > 0) throw new BrokenSite(problems.join('\n'));
  const sections = [
    ...listed,
    sectionOf('Examples', pages, isExample),
    sectionOf('Project', pages, (path) => PROJECT_PAGES.includes(path)),
  ].filter(({ entries }) => entries.length > 0);
  return new Map([
    ...pages.map((page) => [fileOf(page.path), layout(page, sections)] as const),
    ['assets/search-index.js', searchIndex(pages)],
  ]);
};

const isExample = (path: string): boolean => path.startsWith('examples/');

const sectionOf = (title: string, pages: readonly Rendered[], has: (path: string) => boolean): Section => ({
  title,
  entries: pages.filter(({ path }) => has(path)).map((page) => ({ title: page.title, path: page.path })),
});

const brokenLinks = ({ path, links }: Rendered, pages: readonly Rendered[]): readonly string[] =>
  links.flatMap(({ href, to, id }) => {
    const target = pages.find((page) => page.path === to);
    if (target === undefined) return [`${path}: the link ${href} leads to no page`];
    if (id === '' || target.parts.some((part) => part.id === id)) return [];
    return [`${path}: the link ${href} leads to no heading of ${to}`];
  });

const unlisted = (pages: readonly Rendered[], sections: readonly Section[]): readonly string[] => {
  const listed = new Set(sections.flatMap(({ entries }) => entries.map(({ path }) => path)));
  return pages
    .filter(({ path }) => path !== INDEX && !PROJECT_PAGES.includes(path) && !isExample(path) && !listed.has(path))
    .map(({ path }) => `${path} is not in ${INDEX}`);
};
