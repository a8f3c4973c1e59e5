import { BackendName } from '../../domain/backend/backend.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { DriverDefinition } from '../../drivers/contract.ts';
import { driverForClass, findDriver, isOfCinder } from '../../drivers/registry.ts';
import { inOrder, type Problem, refusalOf } from '../problem.ts';
import { type CarriedOption, Carrying } from './carry.ts';
import { readCinderFile } from './cinder-file.ts';
import { readCinderlibFile } from './cinderlib-file.ts';
import { DEFAULT_CLASS } from './names.ts';
import type { GivenBackend, GivenBackends } from './source.ts';

export interface FromCinder {
  /** What a `scoria.yaml` holds: `backend_defaults` and `backends`. */
  readonly configuration: JsonObject;
  /** What was not carried over, or not as it was, from the top of the file. */
  readonly notes: readonly Problem[];
}

/**
 * The backends of a `cinder.conf`, or of a YAML file of cinderlib's, as Scoria configures them. `backends` tells what
 * one is called here, by the name that it has there. Throws `InvalidConfiguration` where the file cannot be understood,
 * or no backend of it be taken over.
 */
export const fromCinder = async (
  file: string,
  text: string,
  backends: Readonly<Record<string, string>> = {},
): Promise<FromCinder> => {
  const notes: Problem[] = [];
  const tell = (note: Problem) => void notes.push(note);
  const given = /\.ya?ml$/i.test(file) ? await readCinderlibFile(file, text, tell) : readCinderFile(file, text, tell);
  const configuration = await configured(given, backends, tell);
  return { configuration, notes: inOrder(notes) };
};

interface Named {
  readonly name: string;
  readonly driver: string;
  /** `null` where it is one of Cinder's own. */
  readonly definition: DriverDefinition | null;
  readonly given: GivenBackend;
}

const lastText = ({ options }: Pick<GivenBackend, 'options'>, name: string): string | null => {
  const value = options.find((one) => one.name === name)?.values.at(-1);
  return typeof value === 'string' ? value : null;
};

const configured = async (
  { backends, defaults }: GivenBackends,
  names: Readonly<Record<string, string>>,
  tell: (note: Problem) => void,
): Promise<JsonObject> => {
  const shared = lastText(defaults, 'volume_driver') ?? DEFAULT_CLASS;
  const found = await Promise.all(
    backends.map(async (given): Promise<Named> => {
      const name = nameHere(given, names, tell);
      const driver = driverForClass(lastText(given, 'volume_driver') ?? shared);
      return { name, driver, given, definition: isOfCinder(driver) ? null : await findDriver(driver) };
    }),
  );
  assertDistinct(found);
  const carrying = new Carrying(tell);
  const own = found.flatMap(({ definition }) => (definition === null ? [] : [definition]));
  const all = {
    name: 'backend_defaults',
    section: 'backend_defaults',
    definitions: own,
    isAlsoForOthers: own.length < found.length,
  };
  const common = carrying.options(defaults, all);
  const entries = found.map((backend) => entryOf(backend, common, carrying));
  const refused = new Set(entries.flatMap((entry) => entry.refused));
  const taken = common.filter((option) => !refused.has(option));
  return {
    ...(taken.length === 0 ? {} : { backend_defaults: valuesOf(taken) }),
    backends: Object.fromEntries(entries.map(({ name, values }) => [name, values])),
  };
};

const valuesOf = (options: readonly CarriedOption[]): JsonObject =>
  Object.fromEntries(options.map(({ name, value }): readonly [string, Json] => [name, value]));

interface Entry {
  readonly name: string;
  readonly values: JsonObject;
  /** Of the options for all backends, those that its driver does not take. */
  readonly refused: readonly CarriedOption[];
}

const entryOf = (backend: Named, common: readonly CarriedOption[], carrying: Carrying): Entry => {
  const { name, driver: volume_driver, definition, given } = backend;
  const definitions = definition === null ? [] : [definition];
  const options = carrying.options(given, {
    name,
    section: given.name,
    definitions,
    isAlsoForOthers: definition === null,
  });
  if (definition === null) return { name, values: { volume_driver, ...valuesOf(options) }, refused: [] };
  const own = new Set(options.map((option) => option.name));
  const shape = definition.options.shape;
  const inherited = common.filter((option) => Object.hasOwn(shape, option.name) && !own.has(option.name));
  const valid = carrying.valid(definition, given.name, [...inherited, ...options], given.place);
  const values = valuesOf(options.filter((option) => valid.includes(option)));
  return { name, values: { volume_driver, ...values }, refused: inherited.filter((one) => !valid.includes(one)) };
};

/** Volumes of Cinder's name their backend by its section. */
const nameHere = (
  given: GivenBackend,
  names: Readonly<Record<string, string>>,
  tell: (note: Problem) => void,
): string => {
  const name = (Object.hasOwn(names, given.name) ? names[given.name] : undefined) ?? given.name;
  const parsed = BackendName.safeParse(name);
  if (!parsed.success) {
    const message = `cannot be the name of a backend: it ${parsed.error.issues[0]?.message}`;
    const remedy = `give it another one here: --backend '${given.name}=NAME'`;
    throw refusalOf([{ place: given.place, field: given.name, message, remedy }]);
  }
  const other = lastText(given, 'volume_backend_name');
  if (other !== null && other !== given.name) {
    tell({
      place: given.options.find((one) => one.name === 'volume_backend_name')?.place ?? given.place,
      field: `${given.name}.volume_backend_name`,
      message: `is left out: the backend is called ${name} here`,
      remedy: `--backend '${given.name}=NAME' gives it another name`,
    });
  }
  return name;
};

const assertDistinct = (found: readonly Named[]): void => {
  const seen = new Set<string>();
  for (const { name, given } of found) {
    if (seen.has(name)) {
      const message = `another backend is called ${name} too`;
      const remedy = `give it another name here: --backend '${given.name}=NAME'`;
      throw refusalOf([{ place: given.place, field: given.name, message, remedy }]);
    }
    seen.add(name);
  }
};
