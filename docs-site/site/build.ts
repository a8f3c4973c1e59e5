import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from '../reference/source.ts';
import { PROJECT_PAGES, siteFrom } from './site.ts';

const ASSETS = ['style.css', 'search.js'];

const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** The pages of the repository, by their path in it. */
export const readPages = async (): Promise<ReadonlyMap<string, string>> => {
  const names = (await readdir(join(ROOT, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  const paths = [...names.map((name) => `docs/${name}`).toSorted(), ...PROJECT_PAGES];
  const pages = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
  return new Map([...pages, ...(await examplePages())]);
};

/** A page for each example that has a README: what that says, then the files beside it. */
const examplePages = async (): Promise<readonly (readonly [string, string])[]> => {
  const folders = (await readdir(join(ROOT, 'examples'), { withFileTypes: true })).filter((one) => one.isDirectory());
  return Promise.all(
    folders.map(async ({ name }) => {
      const folder = `examples/${name}`;
      const files = (await readdir(join(ROOT, folder))).filter((file) => file.endsWith('.ts')).toSorted();
      const texts = await Promise.all(
        files.map(async (file) => `## ${file}\n\n\`\`\`ts\n${await read(`${folder}/${file}`)}\`\`\`\n`),
      );
      return [`${folder}/README.md`, [await read(`${folder}/README.md`), ...texts].join('\n')] as const;
    }),
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
