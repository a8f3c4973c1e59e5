import { fstatSync } from 'node:fs';
import { CommandError, createCommandRunner } from '../drivers/command-runner.ts';
import { silentLogger } from '../logging.ts';
import { markReaderGone } from './stdout.ts';

const STDOUT = 1;

/**
 * Notices that the reader of a pipe has gone while there is nothing to write to it: only writing or polling tells, and
 * Node does not poll what it only writes to. GNU tail does. Where there is none, the next line tells.
 */
export const watchReader = async (signal: AbortSignal): Promise<void> => {
  if (!fstatSync(STDOUT).isFIFO()) return;
  const run = createCommandRunner({ rootHelper: '', log: silentLogger });
  // It ends with this process, also when this process is killed.
  const arguments_ = ['--follow', `--pid=${process.pid}`, '/dev/null'];
  const options = { inheritStdout: true, timeoutMs: Number.POSITIVE_INFINITY, signal };
  const error = await run('tail', arguments_, options).catch((failed: unknown) => failed);
  if (error instanceof CommandError && error.signal === 'SIGPIPE') markReaderGone();
};
