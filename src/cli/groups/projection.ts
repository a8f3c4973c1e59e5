import type { Command } from 'commander';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { csvOf } from '../csv.ts';
import { giveExamples } from '../examples.ts';
import { leaving } from '../interruption.ts';
import { asDocument, many } from '../shown.ts';
import { LAG_COLUMNS, lagDocument } from '../shown-lag.ts';
import { type Document, field } from '../table.ts';
import { reading, writing } from '../verbs.ts';

const EXAMPLES = {
  list: ['scoria projection list'],
  status: ['scoria projection status'],
  show: [
    "scoria projection show usage --projection ./usage.ts --at 'yesterday 14:02'",
    'scoria projection show usage --projection ./usage.ts --csv',
  ],
  rebuild: ['scoria projection rebuild inventory', 'scoria projection rebuild'],
};

const COLUMNS = [field('name'), field('version'), field('moves'), field('position')];

interface ShowOptions {
  readonly prefix?: string;
  readonly csv?: boolean;
}

/** A projection's name is its id. */
const withId = ({ position, ...rest }: { readonly name: string; readonly position: bigint }): Document => ({
  id: rest.name,
  ...asDocument(rest),
  position: String(position),
});

export const verbs = (group: Command): void => {
  group
    .command('list')
    .description('the projections and the positions they stand at')
    .action(writing(async ({ engine }) => many((await engine.projections()).map(withId), COLUMNS)));
  group
    .command('status')
    .description("how far each projection is from the log's head, in events and in seconds; takes none of them further")
    .action(
      writing(
        async ({ engine }) => many((await engine.projectionLags()).map(lagDocument), LAG_COLUMNS),
        'refuse',
        'open',
      ),
    );
  group
    .command('show <name>')
    .description("a projection's rows")
    .option('--prefix <text>', 'those whose keys begin so')
    .option('--csv', 'as RFC 4180 text, a column for each field; what a spreadsheet would run gets an apostrophe')
    .action(
      reading<ShowOptions, readonly [string]>(async (view, [name], { prefix, csv, json }) => {
        if (csv && json) throw new ScoriaError(rejections.InvalidInput('--csv and --json are two formats', 'give one'));
        const rows = await view.projection(name, { prefix });
        return csv ? { verbatim: await csvOf(rows) } : many(rows.map(asDocument), [field('key'), field('row')]);
      }),
    );
  group
    .command('rebuild [name]')
    .description('build a projection, or all of them, anew from the events, and swap')
    .action(
      writing<object, readonly [string?]>(async ({ engine }, [name]) => {
        const names = name === undefined ? (await engine.projections()).map((one) => one.name) : [name];
        for (const one of names)
          await leaving(`the projection "${one}" stands as it was`, engine.rebuildProjection(one));
        const rebuilt = (await engine.projections()).filter((one) => names.includes(one.name));
        return many(rebuilt.map(withId), COLUMNS);
      }),
    );
  giveExamples(group, EXAMPLES);
};
