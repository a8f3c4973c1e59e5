import { join } from 'node:path';
import type { Run, Subject } from './measure.ts';

/** The mean of a create's two events as they are stored: body, id, stream and hash. */
const ROW_CHARS = 950;

/** Creates volumes on a log of its own. */
export const scoriaCreates =
  (given: {
    readonly log: 'file' | 'memory';
    readonly callers: number;
    readonly volumes: (run: Run) => number;
  }): Subject =>
  (run) =>
    run.node('create.ts', {
      log: given.log === 'memory' ? ':memory:' : join(run.directory, 'scoria.db'),
      callers: given.callers,
      volumes: given.volumes(run),
      warmUp: 200,
    });

export const cinderlibCreates =
  (given: { readonly persistence: 'file' | 'memory'; readonly volumes: (run: Run) => number }): Subject =>
  (run) =>
    run.cinderlib('create', {
      persistence: given.persistence === 'memory' ? 'memory' : join(run.directory, 'cinderlib.sqlite'),
      volumes: given.volumes(run),
      warm_up: 50,
    });

export const bareCommits =
  (database: 'file' | 'memory'): Subject =>
  (run) =>
    run.node('bare-commits.ts', {
      file: database === 'memory' ? ':memory:' : join(run.directory, 'bare.db'),
      commits: run.size.commits,
      warmUp: 1_000,
      chars: ROW_CHARS,
    });

/** Reads and parses every event of a log, and does nothing with it. */
export const bareScan =
  (log: (run: Run) => Promise<string>): Subject =>
  async (run) =>
    run.node('bare-scan.ts', { log: await log(run) });
