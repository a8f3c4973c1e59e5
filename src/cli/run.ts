import { once } from 'node:events';
import { outputNotWritten } from '../library/output.ts';
import { reportFailure, reportInterruption } from './failures.ts';
import { interruption, stoppedBy, watchSignals } from './interruption.ts';
import { makeProgram } from './program.ts';
import { allTaken, watchPipes } from './stdout.ts';

/** Runs one command line; answers the exit code, which is to be left with. */
export const run = async (argv: readonly string[]): Promise<number> => {
  // Not from the parsed options, which a mistake in the command line leaves unparsed.
  const json = argv.slice(0, endOfOptions(argv)).includes('--json');
  watchPipes((error) => process.exit(reportFailure(outputNotWritten('standard output', error) ?? error, json)));
  watchSignals(json);
  const code = await outcome(argv, json);
  // What still waits for a reader shall not hold up whoever wants to leave, nor what a driver left open anybody.
  if (!interruption.aborted) await Promise.race([allTaken(), aborted(interruption)]);
  return stoppedBy()?.exitCode ?? code;
};

const aborted = (signal: AbortSignal): Promise<unknown> => once(signal, 'abort');

const outcome = async (argv: readonly string[], json: boolean): Promise<number> => {
  try {
    const program = await makeProgram(argv, json);
    await program.parseAsync(argv, { from: 'user' });
    reportInterruption(json);
    return 0;
  } catch (error) {
    return reportFailure(error, json);
  }
};

const endOfOptions = (argv: readonly string[]): number => {
  const end = argv.indexOf('--');
  return end === -1 ? argv.length : end;
};
