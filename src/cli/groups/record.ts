import type { Command } from 'commander';
import { dumping } from '../dumping.ts';
import { giveExamples } from '../examples.ts';
import { readPieces } from '../files.ts';
import { historyOf, historyReport } from '../history.ts';
import { leaving } from '../interruption.ts';
import { asDocument, CAPACITY_COLUMNS, many } from '../shown.ts';
import { unreadableLines } from '../unreadable.ts';
import { reading, writing } from '../verbs.ts';

const EXAMPLES = {
  history: ['scoria history', 'scoria history data --json'],
  capacity: ['scoria capacity store'],
  dump: [
    'scoria dump inventory.json --with-configuration',
    "scoria dump --at '10 minutes ago'",
    "scoria dump cinderlib.json --format cinderlib --show-secrets --reason 'back to cinderlib'",
  ],
  load: ['scoria load inventory.json --log copy.db', 'scoria events export | scoria load - --log second-copy.db'],
};

/** What the record tells as a whole: its history, its capacity over time, its dump. */
export const recordVerbs = (program: Command): void => {
  program
    .command('history [id]')
    .description('who did what, when and why: all of it, or of one resource')
    .action(reading<object, readonly [string?]>((view, [id]) => historyReport(historyOf(view, id))));
  program
    .command('capacity [backend]')
    .description("the backends' capacity over time")
    .action(
      reading<object, readonly [string?]>(async (view, [backend]) =>
        many((await view.capacity(backend)).map(asDocument), CAPACITY_COLUMNS),
      ),
    );
  dumping(program);
  loadVerb(program);
  giveExamples(program, EXAMPLES);
};

const loadVerb = (program: Command): void => {
  program
    .command('load <file>')
    .description('bring a dump or exported events into an empty log; - is standard input')
    .action(
      writing<object, readonly [string]>(
        async ({ engine, context }, [file]) => {
          const source = file === '-' ? 'standard input' : file;
          const loading = engine.load(readPieces('dump', file), { source }, context);
          const { events, unreadable } = await leaving(
            'stopped before the end of the text; nothing was loaded',
            loading,
          );
          return {
            json: { source: file, events, unreadable_secrets: unreadable },
            text: () => [`${events} events loaded from ${file}`, ...unreadableLines(unreadable)].join('\n'),
          };
          // What is loaded may be behind its notes: whoever opens it next is told.
        },
        'create',
        'open',
      ),
    );
};
