import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface Place {
  readonly log: string;
  /** Where the backend keeps the volumes' files. */
  readonly volumes: string;
}

/** The log that was asked for and a directory beside it, or both in a new directory. */
export const choosePlace = async (log: string | undefined): Promise<Place> => {
  if (log) {
    const directory = dirname(resolve(log));
    await mkdir(directory, { recursive: true });
    return { log: resolve(log), volumes: join(directory, 'scoria-quickstart-volumes') };
  }
  const directory = await mkdtemp(join(tmpdir(), 'scoria-quickstart-'));
  return { log: join(directory, 'scoria.db'), volumes: join(directory, 'volumes') };
};
