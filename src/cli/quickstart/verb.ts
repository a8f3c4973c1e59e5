import type { Command } from 'commander';
import { withExamples } from '../examples.ts';
import type { Globals } from '../globals.ts';
import { print } from '../report.ts';
import { write } from '../stdout.ts';

export const quickstartVerb = (program: Command): void => {
  const verb = program
    .command('quickstart')
    .description('see real volumes made, used, replayed and deleted; without --log in a new temporary directory')
    .action(async (_options: object, verb: Command) => {
      const globals = verb.optsWithGlobals<Globals>();
      const { quickstart } = await import('./quickstart.ts');
      const say = globals.json ? async () => {} : (line: string) => write(`${line}\n`);
      const summary = await quickstart(globals, say);
      await print({ json: summary, text: () => '' }, globals.json ?? false);
    });
  withExamples(verb, [
    'scoria quickstart',
    'scoria quickstart --log trial/scoria.db --json',
    'scoria quickstart --log postgres://scoria@db.example/trial?password=env:SCORIA_DB_PASSWORD',
  ]);
};
