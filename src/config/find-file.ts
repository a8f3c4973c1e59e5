import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export const FILE_NAME = 'scoria.yaml';
export const FILE_VARIABLE = 'SCORIA_CONFIG';

/** The configuration file: the one that is named, or the first that is there of those looked for. */
export const findFile = async (environment: Environment): Promise<string | null> => {
  const named = environment[FILE_VARIABLE];
  if (named) return named;
  for (const candidate of placesOf(environment)) if (await isThere(candidate)) return candidate;
  return null;
};

/** Where a configuration file is looked for, in this order. */
export const placesOf = (environment: Environment): readonly string[] => {
  const { XDG_CONFIG_HOME: given = '' } = environment;
  // A relative one is to be ignored, says the XDG Base Directory Specification.
  const home = isAbsolute(given) ? given : join(homedir(), '.config');
  return [FILE_NAME, join(home, 'scoria', FILE_NAME), join('/etc/scoria', FILE_NAME)];
};

/** A file that cannot be read counts as there: reading it says why. */
const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT' && code !== 'ENOTDIR',
  );
