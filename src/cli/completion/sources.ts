import type { Engine } from '../../library/engine.ts';
import type { View } from '../../library/view.ts';
import { given } from '../arguments.ts';
import type { Globals } from '../globals.ts';
import { configurationFor } from '../session.ts';
import type { CommandLine } from './grammar.ts';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** A log that somebody else holds for longer than this is not waited for. */
const LOCK_TIMEOUT_MS = 200;

const candidate = (value: string, description = ''): Candidate => ({ value, description });

/** A name where it is enough; an id where there is no name of its own, or where one begins to be typed. */
const byNameOrId = <Item extends { readonly id: string; readonly name: string | null }>(
  items: readonly Item[],
  current: string,
  describe: (item: Item) => string,
): readonly Candidate[] => {
  const counts = new Map<string | null, number>();
  for (const { name } of items) counts.set(name, (counts.get(name) ?? 0) + 1);
  return items.flatMap((item) => {
    const { id, name } = item;
    const alone = name !== null && name !== '' && counts.get(name) === 1;
    const named = alone ? [candidate(name, describe(item))] : [];
    return alone && current === '' ? named : [...named, candidate(id, [name ?? '', describe(item)].join(' ').trim())];
  });
};

type Inventory = (
  view: View,
  line: CommandLine,
  engine: Engine,
) => readonly Candidate[] | Promise<readonly Candidate[]>;

const backends: Inventory = (view) => view.backends().map(({ name, driver }) => candidate(name, driver));

const volumes: Inventory = (view, { current }) =>
  byNameOrId(view.volumes(), current, ({ size, status, backend_name }) => `${size} GiB, ${status}, on ${backend_name}`);

const snapshots: Inventory = (view, { current }) =>
  byNameOrId(view.snapshots(), current, ({ status, volume_id }) => `${status}, of ${volume_id}`);

const connections: Inventory = (view) =>
  view.connections().map(({ id, status, connector }) => candidate(id, `${status}, ${String(connector.host ?? '')}`));

const keys: Inventory = (view) => view.keyValues().map(({ key }) => candidate(key));

const projections: Inventory = async (_view, _line, engine) =>
  (await engine.projections()).map(({ name }) => candidate(name));

const everything: Inventory = async (view, line, engine) =>
  (await Promise.all([volumes, snapshots, backends].map((some) => some(view, line, engine)))).flat();

/** What the log knows, by the placeholder that the grammar has for it; `group name` where a name alone is not enough. */
const FROM_LOG: Readonly<Record<string, Inventory>> = {
  backend: backends,
  'backend name': backends,
  volume: volumes,
  '--backend': backends,
  'volume list --name': volumes,
  snapshot: snapshots,
  connection: connections,
  'kv key': keys,
  'projection name': projections,
  id: everything,
};

/** Where the word names what does not exist yet. */
const NEW = ['backend add name', 'kv set key'];

export const candidatesFromLog = async (
  keysOfPlace: readonly string[],
  line: CommandLine,
): Promise<readonly Candidate[]> => {
  if (keysOfPlace.some((key) => NEW.includes(key))) return [];
  const inventory = keysOfPlace.map((key) => FROM_LOG[key]).find((found) => found !== undefined);
  if (inventory === undefined) return [];
  const [{ createEngine }, { silentLogger }] = await Promise.all([
    import('../../library/engine.ts'),
    import('../../logging.ts'),
  ]);
  const globals: Globals = given({
    log: line.options.get('--log')?.at(-1),
    config: line.options.get('--config')?.at(-1),
  });
  const configuration = await configurationFor(globals);
  await using engine = await createEngine({
    ...configuration.engine,
    ifMissing: 'refuse',
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    logger: silentLogger,
  });
  return inventory(await engine.view(), line, engine);
};

export const driverNames = async (): Promise<readonly Candidate[]> => {
  const { listDrivers } = await import('../../drivers/registry.ts');
  return (await listDrivers()).map(({ name, description }) => candidate(name, description));
};

/** The options of the driver that is named before, each with its "=". */
export const driverOptions = async ({ options }: CommandLine): Promise<readonly Candidate[]> => {
  const name = options.get('--driver')?.at(-1);
  if (name === undefined) return [];
  const [{ findDriver }, { describeOptions }] = await Promise.all([
    import('../../drivers/registry.ts'),
    import('../../drivers/describe-options.ts'),
  ]);
  return describeOptions(await findDriver(name)).map((option) => candidate(`${option.name}=`, option.description));
};
