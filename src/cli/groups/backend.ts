import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import type { BackendStats } from '../../domain/backend/backend.ts';
import { rejections, ScoriaError } from '../../domain/errors.ts';
import { listOf, pairsOf } from '../arguments.ts';
import { ensureExportsVerb } from '../ensure-exports.ts';
import { giveExamples } from '../examples.ts';
import { readJsonObject } from '../files.ts';
import { reconcileVerbs } from '../reconcile.ts';
import { configurationFor, inSession, type Session } from '../session.ts';
import { asDocument, BACKEND_COLUMNS, backendNow, deleted, did, many, one, withName } from '../shown.ts';
import type { Document } from '../table.ts';
import { reading, telling, writing } from '../verbs.ts';

const EXAMPLES = {
  add: [
    'scoria backend add store --driver file --set directory=/srv/volumes',
    "scoria backend add array --driver ./array-driver.ts --set san_ip=10.0.0.5 --reason 'new array'",
  ],
  change: [
    'scoria backend change store --set reserved_percentage=10',
    'scoria backend change store --unset reserved_percentage',
  ],
  list: ['scoria backend list', 'scoria backend list --at 2 --json'],
  show: ['scoria backend show store'],
  stats: ['scoria backend stats store', 'scoria backend stats store --at 2'],
  'validate-connector': ['scoria connector | scoria backend validate-connector store --connector -'],
  freeze: ["scoria backend freeze store --reason 'firmware update'"],
  thaw: ['scoria backend thaw store'],
  reconcile: ['scoria backend reconcile store', 'scoria backend reconcile store --json'],
  'delete-resource': ["scoria backend delete-resource store stray.img --reason 'nobody knows it'"],
  'ensure-exports': ["scoria backend ensure-exports store --reason 'after a reboot'"],
  remove: ['scoria backend remove store'],
};

type Pairs = Readonly<Record<string, string>>;
type Name = readonly [string];
interface Change {
  readonly set?: Pairs;
  readonly unset?: readonly string[];
  readonly host?: readonly string[];
  readonly anyHost?: boolean;
}

/** What the array says now is recorded; what it said in the past is read. */
const statsOf = (name: string, stats: unknown): Document => ({ id: name, name, ...asDocument(stats ?? {}) });

/** In the same units as what the array says now. */
const recordedStats = async (stats: BackendStats | null): Promise<unknown> => {
  const { toCinderStats } = await import('../../domain/backend/backend.ts');
  return stats === null ? null : toCinderStats(stats);
};

export const verbs = (group: Command): void => {
  changes(group);
  states(group);
  reconcileVerbs(group);
  ensureExportsVerb(group);
  group
    .command('list')
    .description('the backends')
    .action(reading((view) => many(view.backends().map(withName), BACKEND_COLUMNS)));
  group
    .command('show <name>')
    .description('a backend: its driver, options, capabilities and stats')
    .action(reading<object, Name>((view, [name]) => one(withName(view.backend(name)))));
  group
    .command('stats <name>')
    .description('what the array says of its capacity now; with --at, what it said then')
    .action(
      reading<object, Name>(async (view, [name], { at }, { engine, context }) => {
        if (at !== undefined) return one(statsOf(name, await recordedStats(view.backend(name).stats)));
        return one(statsOf(name, await (await engine.backend(name)).stats({ refresh: true }, context)));
      }),
    );
  group
    .command('validate-connector <name>')
    .description('whether the driver could connect a host with these connector properties')
    .requiredOption('--connector <file>', "JSON file of the host's connector properties, - for standard input")
    .action(
      reading<{ connector: string }, Name>(async (_view, [name], { connector }, { engine }) => {
        const backend = await engine.backend(name);
        await backend.validateConnector(await readJsonObject('connector', connector));
        return { json: { id: name, name, valid: true }, text: () => 'the connector is valid' };
      }),
    );
  giveExamples(group, EXAMPLES);
};

const changes = (group: Command): void => {
  group
    .command('add <name>')
    .description('add a backend; the same name and options again change nothing')
    .option('--driver <driver>', 'one of `scoria driver list`, ./driver.ts or npm:package; else it is in scoria.yaml')
    .option('--set <option=value>', "one of the driver's options (repeatable)", pairsOf('--set'))
    .option('--host <name>', 'a host that may execute for it; else as in scoria.yaml, or any (repeatable)', listOf)
    .action(
      telling<{ driver?: string; set?: Pairs; host?: readonly string[] }, Name>(async ([name], options) => {
        const configuration = configurationFor(options);
        const { driver, options: wished, hosts } = await wishedBackend(await configuration, name, options.driver);
        const command = {
          type: 'AddBackend',
          name,
          driver,
          options: { ...wished, ...options.set },
          hosts: options.host ?? hosts,
        } as const;
        const add = async (session: Session) => {
          await session.give(command);
          return did('backend', await backendNow(session, name));
        };
        return inSession(options, 'create', add, configuration);
      }),
    );
  group
    .command('change <name>')
    .description("change a backend's options; the others stay")
    .option('--set <option=value>', 'an option to set (repeatable)', pairsOf('--set'))
    .option('--unset <option>', 'an option to take away (repeatable)', listOf)
    .option('--host <name>', 'a host that may execute for it, in place of those before (repeatable)', listOf)
    .option('--any-host', 'any host may execute for it')
    .action(
      writing<Change, Name>(async (session, [name], { set = {}, unset = [], host, anyHost }) => {
        const hosts = anyHost ? [] : host;
        const options = { ...Object.fromEntries(unset.map((option) => [option, null])), ...set };
        await session.give({ type: 'ChangeBackend', name, options, ...(hosts === undefined ? {} : { hosts }) });
        return did('backend', await backendNow(session, name));
      }),
    );
};

/** Asked before a session is opened, which may make a log. */
const wishedBackend = async (configuration: Configuration, name: string, driver: string | undefined) => {
  if (driver !== undefined) return { driver, options: {}, hosts: [] };
  const found = (await configuration.backends()).find((backend) => backend.name === name);
  if (found !== undefined) return found;
  const where =
    configuration.file === null ? 'there is no configuration file' : `${configuration.file} has no such backend`;
  throw new ScoriaError(
    rejections.InvalidInput(
      `backend "${name}" needs a driver: no --driver is given, and ${where}`,
      'give --driver, or name the backend under backends: in scoria.yaml',
      { backend: name },
    ),
  );
};

const states = (group: Command): void => {
  group
    .command('freeze <name>')
    .description('refuse what changes the array, until it is thawed')
    .action(
      writing<object, Name>(async (session, [name]) => {
        await session.give({ type: 'FreezeBackend', name });
        return did('backend', await backendNow(session, name));
      }),
    );
  group
    .command('thaw <name>')
    .description('allow it again')
    .action(
      writing<object, Name>(async (session, [name]) => {
        await session.give({ type: 'ThawBackend', name });
        return did('backend', await backendNow(session, name));
      }),
    );
  group
    .command('remove <name>')
    .description('forget a backend that holds no volumes; what is on the array stays')
    .action(
      writing<object, Name>(async ({ give }, [name]) => {
        await give({ type: 'RemoveBackend', name });
        return deleted('backend', name);
      }),
    );
};
