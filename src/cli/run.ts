import { reportFailure } from './failures.ts';
import { makeProgram } from './program.ts';
import { watchPipes } from './stdout.ts';

/** Runs one command line; answers the exit code. */
export const run = async (argv: readonly string[]): Promise<number> => {
  watchPipes();
  // Not from the parsed options, which a mistake in the command line leaves unparsed.
  const json = argv.slice(0, endOfOptions(argv)).includes('--json');
  try {
    const program = await makeProgram(argv, json);
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    return reportFailure(error, json);
  }
};

const endOfOptions = (argv: readonly string[]): number => {
  const end = argv.indexOf('--');
  return end === -1 ? argv.length : end;
};
