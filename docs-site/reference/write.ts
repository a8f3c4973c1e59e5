import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referencePages } from './pages.ts';
import { ROOT } from './source.ts';

/** `npm run docs:reference` writes the reference from schemas, grammar and docstrings. */
for (const make of Object.values(referencePages)) {
  const { path, text } = await make();
  await writeFile(join(ROOT, path), text);
  console.log(path);
}
