import MiniSearch from 'minisearch';
import { fileOf, type Rendered } from './render.ts';

/** Words as they stand, and the parts of names: `VolumeExtended` is found by `extended`, and `volume_id` by `id`. */
export const wordsIn = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}_.-]+/gu) ?? []).flatMap((word) => {
    const parts = word.split(/[_.-]+|(?<=[a-z0-9])(?=[A-Z])/).filter((part) => part !== '');
    return parts.length === 1 && parts[0] === word ? [word] : [word, ...parts];
  });

const EXCERPT_CHARACTERS = 400;

/** What the reader's browser searches in: a script, because a page that is opened from a disk can load nothing else. */
export const searchIndex = (pages: readonly Rendered[]): string => {
  const index = new MiniSearch({
    fields: ['title', 'page', 'text'],
    storeFields: ['title', 'page', 'url', 'excerpt'],
    tokenize: wordsIn,
  });
  index.addAll(
    pages.flatMap((page) =>
      page.parts.map(({ id, title, text, level }) => ({
        id: `${page.path}#${id}`,
        url: level === 1 ? fileOf(page.path) : `${fileOf(page.path)}#${id}`,
        page: page.title,
        title,
        text,
        excerpt: text.trim().slice(0, EXCERPT_CHARACTERS),
      })),
    ),
  );
  return `globalThis.scoriaSearchIndex = ${JSON.stringify(JSON.stringify(index))};\nglobalThis.scoriaWordsIn = ${wordsIn.toString()};\n`;
};
