import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What `import` takes for a module of the user's: a path (`./module.ts` from the working directory, an absolute one), a
 * `file:` URL, or `npm:` and the name of a package. `null` for anything else.
 */
export const moduleSpecifier = (name: string): string | null => {
  if (name.startsWith('file:')) return name;
  if (/^[./]/.test(name)) return pathToFileURL(resolve(name)).href;
  return name.startsWith('npm:') ? packageSpecifier(name.slice('npm:'.length)) : null;
};

/** A relative path made absolute, so that it means the same from any directory; other names of modules as they are. */
export const absoluteModule = (name: string, directory = '.'): string =>
  name.startsWith('.') ? resolve(directory, name) : name;

/** Looks from the working directory first: that is where a user of an installed `scoria` has the package. */
const packageSpecifier = (name: string): string => {
  try {
    return pathToFileURL(createRequire(resolve('from-here.js')).resolve(name)).href;
  } catch {
    return name;
  }
};
