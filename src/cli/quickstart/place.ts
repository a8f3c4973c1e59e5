import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isLogUrl } from '../../log-url.ts';

const IN_MEMORY = ':memory:';

export interface Place {
  readonly log: string;
  /** Where the backend keeps the volumes' files. */
  readonly volumes: string;
  /** The log belongs to this host alone, so that whatever it holds already is its user's own. */
  readonly isOwn: boolean;
  /** The log is there when the quickstart has ended. */
  readonly lasts: boolean;
}

const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'scoria-quickstart-'));

/** The log that was asked for and a directory beside it, or what is missing of them in a new directory. */
export const choosePlace = async (log: string | undefined): Promise<Place> => {
  if (!log) {
    const directory = await newDirectory();
    return { log: join(directory, 'scoria.db'), volumes: join(directory, 'volumes'), isOwn: true, lasts: true };
  }
  if (log === IN_MEMORY || isLogUrl(log)) {
    const volumes = join(await newDirectory(), 'volumes');
    return { log, volumes, isOwn: log === IN_MEMORY, lasts: log !== IN_MEMORY };
  }
  const directory = dirname(resolve(log));
  await mkdir(directory, { recursive: true });
  return { log: resolve(log), volumes: join(directory, 'scoria-quickstart-volumes'), isOwn: true, lasts: true };
};
