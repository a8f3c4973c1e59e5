import { once } from 'node:events';
import { outputNotWritten } from '../library/output.ts';
import { reportFailure, reportInterruption } from './failures.ts';
import { interruption, stoppedBy, watchSignals } from './interruption.ts';
import { makeProgram } from './program.ts';
import { allTaken, watchPipes } from './stdout.ts';

/** Runs one command line; answers the exit code, which is to be left with. */
export const run = async (argv: readonly string[]): Promise<number> => {
  const json = wantsJson(argv);
  watchPipes((error) => process.exit(reportFailure(outputNotWritten('standard output', error) ?? error, json)));
  watchSignals(json);
  const code = await answer(argv);
  // What still waits for a reader shall not hold up whoever wants to leave, nor what a driver left open anybody.
  if (!interruption.aborted) await Promise.race([allTaken(), aborted(interruption)]);
  return stoppedBy()?.exitCode ?? code;
};

const aborted = (signal: AbortSignal): Promise<unknown> => once(signal, 'abort');

/** The same in a process that has other work, too: signals and closed pipes are left to it. */
export const answer = async (argv: readonly string[]): Promise<number> => {
  const json = wantsJson(argv);
  try {
    const program = await makeProgram(argv, json);
    await program.parseAsync(argv, { from: 'user' });
    reportInterruption(json);
    return 0;
  } catch (error) {
    return reportFailure(error, json);
  }
};

/** Not from the parsed options, which a mistake in the command line leaves unparsed. */
const wantsJson = (argv: readonly string[]): boolean => argv.slice(0, endOfOptions(argv)).includes('--json');

const endOfOptions = (argv: readonly string[]): number => {
  const end = argv.indexOf('--');
  return end === -1 ? argv.length : end;
};
