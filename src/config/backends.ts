import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { HostNames } from '../domain/backend/hosts.ts';
import { ScoriaError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { DriverDefinition } from '../drivers/contract.ts';
import { isPath, isSecret, referenceFromText, type SecretReference } from '../drivers/options.ts';
import { checkOptions, schemaOfOption } from '../drivers/parse-options.ts';
import { absoluteDriverName, findDriver } from '../drivers/registry.ts';
import { secretReferences } from '../drivers/resolve-secrets.ts';
import { didYouMean } from '../nearest.ts';
import type { Fields } from './fields.ts';
import { fieldOf, inOrder, type Place, type Problem, problemAt } from './problem.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** A backend as the file wishes it. */
export interface ConfiguredBackend {
  readonly name: string;
  readonly driver: string;
  /** Those that may execute for it; any, where none is named. */
  readonly hosts: HostNames;
  /** Complete, as a registration records them: defaults filled in, credentials as references. */
  readonly options: JsonObject;
}

/** The references to credentials of a backend that has a driver, whatever else is wrong with it. */
export interface BackendReferences {
  readonly definition: DriverDefinition;
  readonly references: readonly (readonly [string, SecretReference])[];
  readonly placeOf: (option: string) => { readonly place: Place; readonly field: string };
}

export interface CheckedBackends {
  readonly backends: readonly ConfiguredBackend[];
  readonly references: readonly BackendReferences[];
  readonly problems: readonly Problem[];
}

type Given = Readonly<Record<string, unknown>>;
type Entry = Given & { readonly volume_driver: string; readonly hosts?: HostNames };

/** The backends of a file, each checked by its driver. */
export const checkBackends = async (file: YamlFile, { values }: Fields): Promise<CheckedBackends> => {
  const entries = Object.entries((values.backends ?? {}) as Readonly<Record<string, Entry>>);
  const defaults = (values.backend_defaults ?? {}) as Given;
  const found = await Promise.all(entries.map(([name, entry]) => withDriver(file, name, entry)));
  const checked = found.flatMap((one) => ('definition' in one ? [checkBackend(file, defaults, one)] : []));
  const definitions = checked.map(({ references: { definition } }) => definition);
  const unused = definitions.length === entries.length ? unusedDefaults(file, defaults, definitions) : [];
  const problems = [
    ...found.flatMap((one) => ('problem' in one ? [one.problem] : [])),
    ...checked.flatMap((one) => one.problems),
    ...unused,
  ];
  return {
    backends: checked.flatMap(({ backend }) => (backend === null ? [] : [backend])),
    references: checked.map(({ references }) => references),
    problems: inOrder(distinct(problems)),
  };
};

/** A backend that has a driver, and where it stands in the file. */
interface Found {
  readonly name: string;
  readonly at: Path;
  readonly driver: string;
  readonly hosts: HostNames;
  readonly options: Given;
  readonly definition: DriverDefinition;
}

export const withDriver = async (
  file: YamlFile,
  name: string,
  entry: Entry,
  at: Path = ['backends', name],
): Promise<Found | { readonly problem: Problem }> => {
  const { volume_driver, hosts = [], ...options } = entry;
  const driver = absoluteDriverName(volume_driver, file.directory);
  try {
    return { name, at, driver, hosts, options, definition: await findDriver(driver) };
  } catch (error) {
    if (!(error instanceof ScoriaError)) throw error;
    const path = [...at, 'volume_driver'];
    return { problem: problemAt(file.placeOf(path), fieldOf(path), error.rejection) };
  }
};

interface Checked {
  /** `null` where something is wrong with it. */
  readonly backend: ConfiguredBackend | null;
  readonly references: BackendReferences;
  readonly problems: readonly Problem[];
}

export const checkBackend = (file: YamlFile, defaults: Given, found: Found): Checked => {
  const { name, at, driver, hosts, definition, options: own } = found;
  const shape = definition.options.shape;
  const shared = Object.fromEntries(Object.entries(defaults).filter(([option]) => Object.hasOwn(shape, option)));
  const given = Object.entries({ ...shared, ...own });
  const options = Object.fromEntries(
    given.map(([option, value]) => [option, fromDirectory(file.directory, schemaOfOption(definition, option), value)]),
  );
  const placeOf = (option: string) => {
    const path = pathOf(at, option, own, shared);
    return { place: file.placeOf(path), field: fieldOf(path) };
  };
  const references = { definition, references: secretReferences(definition, options), placeOf };
  const checked = checkOptions(definition, options);
  if (E.isRight(checked)) return { backend: { name, driver, hosts, options: checked.right }, references, problems: [] };
  const problems = checked.left.map((rejection) => {
    const { place, field } = placeOf(String(rejection.details.option));
    return problemAt(place, field, rejection);
  });
  return { backend: null, references, problems };
};

/** Where an option stands: with its backend, or among the defaults; one that is missing belongs to its backend. */
const pathOf = (at: Path, option: string, own: Given, shared: Given): Path =>
  !Object.hasOwn(own, option) && Object.hasOwn(shared, option) ? ['backend_defaults', option] : [...at, option];

/** Makes paths absolute, also those of references to credentials. */
const fromDirectory = (
  directory: string,
  schema: Parameters<typeof isPath>[0] | undefined,
  value: unknown,
): unknown => {
  if (schema === undefined) return value;
  if (isPath(schema)) return typeof value === 'string' && value !== '' ? resolve(directory, value) : value;
  return isSecret(schema) ? referenceFrom(directory, referenceFromText(value)) : value;
};

const referenceFrom = (directory: string, reference: unknown): unknown => {
  if (typeof reference !== 'object' || reference === null) return reference;
  const { file, command } = reference as { readonly file?: unknown; readonly command?: unknown };
  if (typeof file === 'string' && file !== '') return { ...reference, file: resolve(directory, file) };
  if (!Array.isArray(command)) return reference;
  const [program, ...args] = command;
  const relative = typeof program === 'string' && program.includes('/');
  return relative ? { ...reference, command: [resolve(directory, program), ...args] } : reference;
};

const unusedDefaults = (
  file: YamlFile,
  defaults: Given,
  definitions: readonly DriverDefinition[],
): readonly Problem[] => {
  if (definitions.length === 0) return [];
  const options = new Set(definitions.flatMap(({ options: { shape } }) => Object.keys(shape)));
  const unused = Object.keys(defaults).filter((option) => !options.has(option));
  return unused.map((option) => ({
    place: file.placeOf(['backend_defaults', option]),
    field: fieldOf(['backend_defaults', option]),
    message: "no backend's driver has such an option",
    remedy: didYouMean(option, [...options].toSorted(), 'the options of these drivers are'),
  }));
};

/** What is wrong with a default is wrong with it for several backends. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.field}\n${problem.remedy}`, problem])).values(),
];
