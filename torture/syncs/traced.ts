import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ACKNOWLEDGED, callsIn, TRACED } from './trace.ts';
import { unsyncedIn } from './unsynced.ts';
import type { Omission } from './worker.ts';

const WORKER = join(import.meta.dirname, 'worker.ts');

export interface Traced {
  /** How many commands were acknowledged. */
  readonly acknowledged: number;
  /** Where somebody relied on what was not on the disk. */
  readonly unsynced: readonly string[];
}

/** Lets a process work under `strace`, which leaves some of its syncs out, and looks at the order of its system calls. */
export const traced = async (omission: Omission): Promise<Traced> => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'scoria-syncs-')));
  try {
    const [log, volumes, trace] = ['scoria.db', 'volumes', 'trace'].map((name) => join(directory, name));
    const work = [process.execPath, WORKER, log, volumes, omission] as string[];
    const options = ['-f', '-y', '-qq', '-s', '256', '-e', `trace=${TRACED}`, '-o', trace as string];
    const { stdout } = await execa('strace', [...options, ...work]);
    return {
      acknowledged: stdout.split('\n').filter((line) => line === ACKNOWLEDGED).length,
      unsynced: unsyncedIn(callsIn(await readFile(trace as string, 'utf8')), log as string, volumes as string),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
};
