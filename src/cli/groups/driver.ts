import type { Command } from 'commander';
import { type CheckOptions, withCheckOptions } from '../driver-check/options.ts';
import { giveExamples } from '../examples.ts';
import type { Globals } from '../globals.ts';
import { asDocument, many } from '../shown.ts';
import { type Document, field, fields, table } from '../table.ts';
import { refusePast, telling } from '../verbs.ts';

const EXAMPLES = {
  list: ['scoria driver list', 'scoria driver list ./array-driver.ts', 'scoria driver list --cinder'],
  show: [
    'scoria driver show file',
    'scoria driver show ./array-driver.ts',
    'scoria driver show cinder.volume.drivers.solidfire.SolidFireDriver',
  ],
  check: [
    'scoria driver check store',
    'scoria driver check --driver ./array-driver.ts --set san_ip=192.0.2.7',
    'scoria driver check store --only model --runs 200',
    'scoria driver check --clean-up /tmp/scoria-check-Ab12Cd/scoria-check-20261120T140200000Z-4711.db',
  ],
};

interface ListOptions {
  readonly cinder?: string | true;
}

/** No log is needed to tell what drivers there are. */
export const verbs = (group: Command): void => {
  group
    .command('list [drivers...]')
    .description('the built-in drivers, and those of your own that are named')
    .option('--cinder [python]', "the classes of Cinder instead that a Python has, the system's unless named")
    .action(
      telling<ListOptions, readonly [(readonly string[])?]>(([others = []], { cinder }) =>
        cinder === undefined ? driversReport(others) : classesReport(cinder),
      ),
    );
  group
    .command('show <name>')
    .description(
      'what a driver can, and its options with their defaults; also ./driver.ts, npm:package or cinder:CLASS',
    )
    .action(telling<object, readonly [string]>(([name]) => driverReport(name)));
  withCheckOptions(group.command('check [backend]'))
    .description('whether the driver of a backend keeps its promises: the suite, and lives that a model foretells')
    .action(checking)
    .addHelpText('after', ABOUT_CHECKS);
  giveExamples(group, EXAMPLES);
};

const ABOUT_CHECKS = `
It makes volumes of its own, takes them away again, and touches nothing else. Their ids begin with 5c041ac4.`;

const checking = async (backend: string | undefined, _options: object, verb: Command): Promise<void> => {
  const options = verb.optsWithGlobals<CheckOptions & Globals>();
  refusePast(options);
  if (options.cleanUp !== undefined)
    return (await import('../driver-check/clean-up.ts')).cleanUpAfter(options.cleanUp, options);
  return (await import('../driver-check/check.ts')).check(backend, options);
};

/** Everything that is told of a driver; `id` is what `--driver` takes. */
const driverDocument = async (given: string): Promise<Document> => {
  const [{ findDriver }, { describeCapabilities, describeOptions }] = await Promise.all([
    import('../../drivers/registry.ts'),
    import('../../drivers/describe-options.ts'),
  ]);
  const driver = await findDriver(given);
  const { name, description } = driver;
  const capabilities = describeCapabilities(driver);
  return { id: given, name, description, capabilities, options: describeOptions(driver).map(asDocument) };
};

const UNKNOWN_CAPABILITIES = 'they depend on the options';

const can = ({ capabilities }: Document): string =>
  capabilities === null ? UNKNOWN_CAPABILITIES : (capabilities as readonly string[]).join(', ') || 'none';

const driversReport = async (others: readonly string[]) => {
  const { DRIVER_NAMES } = await import('../../drivers/registry.ts');
  const drivers = await Promise.all([...DRIVER_NAMES, ...others].map(driverDocument));
  const columns = [field('id', 'driver'), field('description'), { header: 'CAPABILITIES', of: can }];
  return many(
    drivers.map(({ options: _, ...said }) => said),
    columns,
  );
};

const classesReport = async (python: string | true) => {
  const { listCinderClasses } = await import('../../drivers/registry.ts');
  const classes = await (python === true ? listCinderClasses() : listCinderClasses(python));
  return many(classes.map(asDocument), [field('class'), field('version'), field('supported')]);
};

const driverReport = async (given: string) => {
  const { options, ...said } = await driverDocument(given);
  const columns = ['name', 'type', 'required', 'default', 'description'].map((name) => field(name));
  const text = () => `${fields({ ...said, capabilities: can(said) })}\n\n${table(options as Document[], columns)}`;
  return { json: { ...said, options }, text };
};
