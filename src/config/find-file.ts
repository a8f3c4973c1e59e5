import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const FILE_NAME = 'scoria.yaml';
const FILE_VARIABLE = 'SCORIA_CONFIG';

export interface FoundFile {
  readonly path: string;
  /** Why it is not read without being named; `null` when it may be. */
  readonly distrusted: string | null;
}

/** The configuration file: the one that is named, or the first that is there of those looked for. */
export const findFile = async (environment: Environment): Promise<FoundFile | null> => {
  const named = environment[FILE_VARIABLE];
  if (named) return { path: named, distrusted: null };
  for (const path of placesOf(environment)) {
    const found = await statusOf(path);
    if (found !== null) return { path, distrusted: distrust(found, [process.geteuid?.(), environment.SUDO_UID]) };
  }
  return null;
};

/**
 * A file names modules and programs that are run. Whoever works in a directory of everybody's, such as /tmp, must not
 * run what another put there.
 */
export const distrust = (
  { uid, mode }: Pick<Stats, 'uid' | 'mode'>,
  users: readonly (string | number | undefined)[],
): string | null => {
  if (uid !== 0 && !users.map(String).includes(String(uid))) return 'belongs to another user';
  return (mode & 0o002) === 0 ? null : 'can be written by every user';
};

/** Where a configuration file is looked for, in this order. */
export const placesOf = (environment: Environment): readonly string[] => {
  const { XDG_CONFIG_HOME: given = '' } = environment;
  // A relative one is to be ignored, says the XDG Base Directory Specification.
  const home = isAbsolute(given) ? given : join(homedir(), '.config');
  return [FILE_NAME, join(home, 'scoria', FILE_NAME), join('/etc/scoria', FILE_NAME)];
};

/** A file that cannot be looked at counts as there: reading it says why. */
const statusOf = (file: string): Promise<Pick<Stats, 'uid' | 'mode'> | null> =>
  stat(file).catch(({ code }: NodeJS.ErrnoException) =>
    code === 'ENOENT' || code === 'ENOTDIR' ? null : { uid: 0, mode: 0 },
  );
