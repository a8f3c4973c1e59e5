import type { Command } from 'commander';
import { asDocument, many } from '../shown.ts';
import { type Document, field } from '../table.ts';
import { reading, writing } from '../verbs.ts';

const COLUMNS = [field('name'), field('version'), field('moves'), field('position')];

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
    .command('show <name>')
    .description("a projection's rows")
    .action(
      reading<object, readonly [string]>(async (view, [name]) =>
        many((await view.projection(name)).map(asDocument), [field('key'), field('row')]),
      ),
    );
  group
    .command('rebuild [name]')
    .description('build a projection, or all of them, anew from the events, and swap')
    .action(
      writing<object, readonly [string?]>(async ({ engine }, [name]) => {
        const names = name === undefined ? (await engine.projections()).map((one) => one.name) : [name];
        for (const one of names) await engine.rebuildProjection(one);
        const rebuilt = (await engine.projections()).filter((one) => names.includes(one.name));
        return many(rebuilt.map(withId), COLUMNS);
      }),
    );
};
