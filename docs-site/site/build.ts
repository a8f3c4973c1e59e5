import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../reference/source.ts';
import { PROJECT_PAGES, siteFrom } from './site.ts';

const ASSETS = ['style.css', 'search.js'];

/** The pages of the repository, by their path in it. */
export const readPages = async (): Promise<ReadonlyMap<string, string>> => {
  const names = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  const paths = [...names.map((name) => `docs/${name}`).toSorted(), ...PROJECT_PAGES];
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const)),
  );
};

export const buildSite = async (directory: string): Promise<void> => {
  const files = await siteFrom(await readPages());
  await rm(directory, { recursive: true, force: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  for (const asset of ASSETS) await cp(join(import.meta.dirname, 'assets', asset), join(directory, 'assets', asset));
  const library = createRequire(import.meta.url)
    .resolve('minisearch')
    .replace(/dist.*/, 'dist/umd/index.js');
  await cp(library, join(directory, 'assets/minisearch.js'));
};

/** `npm run docs:site` writes `site/`, or the folder that is given. */
if (import.meta.main) {
  const directory = resolve(process.argv[2] ?? join(ROOT, 'site'));
  await buildSite(directory);
  console.log(`open file://${directory}/index.html`);
}
