import type { Command } from 'commander';
import { giveExamples } from '../examples.ts';
import { asDocument, many } from '../shown.ts';
import { type Document, field, fields, table } from '../table.ts';
import { telling } from '../verbs.ts';

const EXAMPLES = {
  list: ['scoria driver list'],
  show: ['scoria driver show file', 'scoria driver show ./array-driver.ts'],
};

/** No log is needed to tell what drivers there are. */
export const verbs = (group: Command): void => {
  group
    .command('list')
    .description('the built-in drivers')
    .action(
      telling(async () => {
        const { listDrivers } = await import('../../drivers/registry.ts');
        const drivers = (await listDrivers()).map(({ name, description }) => ({ id: name, name, description }));
        return many(drivers, [field('name'), field('description')]);
      }),
    );
  group
    .command('show <name>')
    .description("a driver's options, with their defaults")
    .action(telling<object, readonly [string]>(([name]) => driverReport(name)));
  giveExamples(group, EXAMPLES);
};

const driverReport = async (given: string) => {
  const [{ findDriver }, { describeOptions }] = await Promise.all([
    import('../../drivers/registry.ts'),
    import('../../drivers/describe-options.ts'),
  ]);
  const driver = await findDriver(given);
  const options = describeOptions(driver).map(asDocument);
  const document: Document = { id: given, name: driver.name, description: driver.description, options };
  const columns = ['name', 'type', 'required', 'default', 'description'].map((name) => field(name));
  const { options: _options, ...said } = document;
  return { json: document, text: () => `${fields(said)}\n\n${table(options, columns)}` };
};
