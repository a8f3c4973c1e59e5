import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from '../../docs-site/reference/source.ts';
import { blocksOf, exchangesOf, shows } from './blocks.ts';
import { preparePage, runPage } from './page.ts';
import { Sandbox } from './sandbox.ts';

const sandbox = new Sandbox();
const files = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
const paths = ['README.md', 'CONTRIBUTING.md', ...files.map((name) => join('docs', name)).toSorted()];
const read = (path: string) => readFile(join(ROOT, path), 'utf8');
const pages = await Promise.all(paths.map(async (path) => preparePage(sandbox, path, await read(path))));

afterAll(() => {
  const ran = pages.reduce((sum, page) => sum + page.ran, 0);
  const left = pages.flatMap(({ path, notRun }) => notRun.map(({ reason }) => `${path}: ${reason}`));
  const reasons = [...new Set(left)].map((why) => `  ${left.filter((other) => other === why).length} of ${why}`);
  process.stdout.write(`code in the docs: ${ran} blocks run, ${left.length} not run\n${reasons.join('\n')}\n`);
});

describe('code in the docs', () => {
  test('compiles', async () => {
    expect(await sandbox.compile(pages.flatMap(({ programs }) => programs))).toBe('');
  });

  describe.concurrent('runs', () => {
    // A page is some dozens of processes, one after the other.
    test.each(pages.filter(({ steps }) => steps.length > 0))('in $path', { timeout: 180_000 }, async (page) => {
      expect((await runPage(sandbox, page)).join('\n')).toBe('');
    });
  });

  test('is the text of the example that it names', async () => {
    for (const path of paths) {
      for (const { file, text, line } of blocksOf(await read(path))) {
        if (!file?.startsWith('examples/')) continue;
        const example = (await read(file)).replaceAll(/'(?:\.\.\/)+src\/(index|testing)\.ts'/g, (_, door: string) =>
          door === 'index' ? "'scoria'" : "'scoria/testing'",
        );
        expect(text, `${path}:${line} is not the text of ${file}`).toBe(example);
      }
    }
  });
});

describe('a console block', () => {
  test('is its commands and what they print', () => {
    expect(exchangesOf('$ scoria kv set a \\\n  b\n$ scoria kv get a\nb\nc\n')).toEqual([
      { command: 'scoria kv set a \\\n  b', expected: '' },
      { command: 'scoria kv get a', expected: 'b\nc' },
    ]);
  });

  test('shows what was printed, but for ids, times and what is left out', () => {
    const printed = 'volume 0b3f1f0e-6c5a-4a5e-9d0c-5f4b1f6c2a01 made\nat 2026-01-01 09:00:00\nsize 1\n';
    expect(shows('volume 11111111-6c5a-4a5e-9d0c-5f4b1f6c2a01 made\nat 2030-01-01 10:00:00\nsize 1', printed)).toBe(
      true,
    );
    expect(shows('volume … made\n…\nsize 1', printed)).toBe(true);
    expect(shows('volume … made\n…\nsize 2', printed)).toBe(false);
    expect(shows('volume … made', printed)).toBe(false);
  });
});
