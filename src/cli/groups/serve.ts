import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import { untilInterrupted } from '../interruption.ts';
import { configurationFor, withEngineUntilDone } from '../session.ts';
import { action, refusePast } from '../verbs.ts';

/** An executor for other hosts. */
export const serveVerb = (program: Command): void => {
  const verb = program
    .command('serve')
    .description('execute what other hosts may not and this one may, until SIGTERM or Ctrl-C')
    .action(
      action<object>(async (_operands, options) => {
        refusePast(options);
        await withEngineUntilDone(await configurationFor(options), (engine) =>
          engine.serve({ signal: untilInterrupted() }),
        );
      }),
    );
  withExamples(verb, ['scoria serve', 'scoria serve --log-level info']);
};
