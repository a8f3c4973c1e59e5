import { reportFailure, reportInterruption } from './failures.ts';
import { interruption, stoppedBy, watchSignals } from './interruption.ts';
import { makeProgram } from './program.ts';
import { watchPipes } from './stdout.ts';

/** Runs one command line; answers the exit code. */
export const run = async (argv: readonly string[]): Promise<number> => {
  watchPipes();
  // Not from the parsed options, which a mistake in the command line leaves unparsed.
  const json = argv.slice(0, endOfOptions(argv)).includes('--json');
  watchSignals(json);
  const code = await outcome(argv, json);
  // What still waits for a reader, or for a driver, shall not hold up whoever wants to leave.
  if (interruption.aborted) process.exit(stoppedBy()?.exitCode ?? code);
  return code;
};

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
