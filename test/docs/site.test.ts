import { describe, expect, test } from 'vitest';
import { readPages } from '../../docs-site/site/build.ts';
import { sectionsOf } from '../../docs-site/site/navigation.ts';
import { wordsIn } from '../../docs-site/site/search.ts';
import { siteFrom } from '../../docs-site/site/site.ts';

const pages = (given: Readonly<Record<string, string>>) => siteFrom(new Map(Object.entries(given)));

describe('the site', () => {
  test('has every page, and asks for nothing that is not in it', async () => {
    const sources = await readPages();
    const site = await siteFrom(sources);
    expect(site.size).toBe(sources.size + 1);
    expect([...site.keys()]).toEqual(expect.arrayContaining(['index.html', 'tutorial.html', 'reference/events.html']));
    for (const [path, html] of site) {
      if (path.endsWith('.html'))
        expect(html).not.toMatch(/(?:src|action)="(?:https?:)?\/\/|<link[^>]+href="(?:https?:)?\/\//);
    }
  });

  test('links pages as files, from folder to folder', async () => {
    const site = await pages({
      'docs/index.md': '# Home\n\n## How to\n\n- [Begin](how-to/begin.md)\n- [Word](word.md)\n',
      'docs/how-to/begin.md': '# Begin\n\nSee [the word](../word.md#what-it-means) and [below](#below).\n\n## Below\n',
      'docs/word.md': '# Word\n\n## What it means\n',
    });
    expect(site.get('how-to/begin.html')).toContain('<a href="../word.html#what-it-means">the word</a>');
    expect(site.get('how-to/begin.html')).toContain('<a href="#below">below</a>');
    expect(site.get('how-to/begin.html')).toContain('href="../assets/style.css"');
    expect(site.get('word.html')).toContain('<a href="how-to/begin.html">Begin</a>');
  });

  test('is not built with links that lead nowhere', async () => {
    const given = {
      'docs/index.md': '# Home\n\n## Pages\n\n- [One](one.md)\n- [Gone](gone.md)\n',
      'docs/one.md': '# One\n\n[a heading](index.md#nothing)\n',
      'docs/forgotten.md': '# Forgotten\n',
    };
    await expect(pages(given)).rejects.toThrow(
      [
        'docs/index.md: the link gone.md leads to no page',
        'docs/one.md: the link index.md#nothing leads to no heading of docs/index.md',
        'docs/forgotten.md is not in docs/index.md',
      ].join('\n'),
    );
  });

  test('shows code as it was written', async () => {
    const site = await pages({ 'docs/index.md': '# Home\n\n```console\n$ echo "<a>" \\\n  b\n<a> b\n```\n' });
    const text = site
      .get('index.html')
      ?.match(/<code>(?<code>[\s\S]*?)<\/code>/)
      ?.groups?.code?.replaceAll(/<[^>]+>/g, '')
      .replaceAll(/&#x3C;|&lt;/g, '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"');
    expect(text).toBe('$ echo "<a>" \\\n  b\n<a> b');
  });

  test('finds words and the parts of names', () => {
    expect(wordsIn('VolumeExtended of volume_id')).toEqual([
      'VolumeExtended',
      'Volume',
      'Extended',
      'of',
      'volume_id',
      'volume',
      'id',
    ]);
  });

  test('has the sections of its map', () => {
    const sections = sectionsOf('# Home\n\n## How to\n\n- [Use `it`](use.md): now\n', (href) => href);
    expect(sections).toEqual([{ title: 'How to', entries: [{ title: 'Use it', path: 'use.md' }] }]);
  });
});
