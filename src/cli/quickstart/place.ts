import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isLogUrl } from '../../log-url.ts';

const IN_MEMORY = ':memory:';

export interface Place {
  readonly log: string;
  /** It is others' as well, who may have recorded something in it. */
  readonly isShared: boolean;
  /** It is there when the quickstart has ended. */
  readonly lasts: boolean;
  /** The directory where the backend keeps the volumes' files. */
  volumes(): Promise<string>;
}

const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'scoria-quickstart-'));

/** The log that was asked for, and volumes beside it; what is on a server, or nowhere, has them in a new directory. */
export const choosePlace = async (log: string | undefined): Promise<Place> => {
  const volumesInNew = async () => join(await newDirectory(), 'volumes');
  if (log === IN_MEMORY) return { log, isShared: false, lasts: false, volumes: volumesInNew };
  if (log && isLogUrl(log)) return { log, isShared: true, lasts: true, volumes: volumesInNew };
  const file = log ? resolve(log) : join(await newDirectory(), 'scoria.db');
  const directory = dirname(file);
  await mkdir(directory, { recursive: true });
  const volumes = join(directory, log ? 'scoria-quickstart-volumes' : 'volumes');
  return { log: file, isShared: false, lasts: true, volumes: async () => volumes };
};
