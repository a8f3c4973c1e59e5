import { z } from 'zod';
import { holdsCredential, isCredentialOption } from '../credential-names.ts';
import { BackendName } from '../domain/backend/backend.ts';
import type { JsonObject } from '../domain/json.ts';
import type { DriverDefinition } from '../drivers/contract.ts';
import { isSecret, referenceFromText } from '../drivers/options.ts';
import { fromText, schemaOfOption } from '../drivers/parse-options.ts';
import { provideCredential } from '../drivers/resolve-secrets.ts';
import { didYouMean, nearest } from '../nearest.ts';
import { Secret } from '../secret.ts';
import { checkBackend, withDriver } from './backends.ts';
import { fieldOf, inOrder, type Problem } from './problem.ts';
import { type Path, readYamlFile, type YamlFile } from './yaml-file.ts';

/** What cinderlib's functional tests are told by a file: the backends to try, and how. */
export interface ValidationFile {
  /** Whether drivers log. */
  readonly logs: boolean;
  /** Whether programs that run as root are looked for where this process finds them. */
  readonly venvSudo: boolean;
  /** How many decimals of a size in GiB are right; 0: every byte. */
  readonly sizePrecision: number;
  readonly backends: readonly FileBackend[];
}

interface Named {
  readonly name: string;
  /** As the file has it. */
  readonly volume_driver: string;
}

export interface UsableBackend extends Named {
  readonly driver: string;
  /** Complete, and with references for all credentials. */
  readonly options: JsonObject;
  /** The same for strangers' eyes. */
  readonly shown: JsonObject;
  /** Those that the file has in the clear, by the variables that stand for them. */
  readonly credentials: ReadonlyMap<string, Secret>;
}

/** One that Scoria has no driver for. */
export interface DriverlessBackend extends Named {
  readonly problem: Problem;
}

export type FileBackend = UsableBackend | DriverlessBackend;

type Given = Readonly<Record<string, unknown>>;
type Read<Value> = { readonly value: Value } | { readonly problems: readonly Problem[] };

const SETTINGS = {
  logs: { schema: z.boolean(), right: 'true or false: whether drivers log' },
  venv_sudo: { schema: z.boolean(), right: 'true or false: whether sudo keeps the PATH of this process' },
  size_precision: {
    schema: z.int().min(0).max(9),
    right: 'a whole number from 0 to 9: how many decimals of a size in GiB must be right, 0 for every byte',
  },
} as const;

const KEYS = [...Object.keys(SETTINGS), 'backends'];

/** Reads a file in the format of cinderlib's functional tests; or tells everything that is wrong with it. */
export const readValidationFile = async (path: string): Promise<Read<ValidationFile>> => {
  const file = await readYamlFile(path);
  if (file.problems.length > 0) return { problems: inOrder(file.problems) };
  const { content } = file;
  if (!isMapping(content)) return { problems: [wrong(file, [], 'holds no backends', BACKENDS)] };
  const unknown = Object.keys(content).filter((key) => !KEYS.includes(key));
  const settings = Object.keys(SETTINGS).map((name) => settingIn(file, content, name as keyof typeof SETTINGS));
  const backends = await backendsIn(file, content.backends);
  const problems = [
    ...unknown.map((key) => wrong(file, [key], 'there is no such key', didYouMean(key, KEYS, 'the keys are'))),
    ...settings.flatMap((one) => ('problems' in one ? one.problems : [])),
    ...('problems' in backends ? backends.problems : []),
  ];
  if (problems.length > 0 || 'problems' in backends) return { problems: inOrder(problems) };
  const [logs, venvSudo, sizePrecision] = settings.map((one) => ('value' in one ? one.value : undefined));
  return {
    value: {
      logs: logs === true,
      venvSudo: venvSudo === true,
      sizePrecision: Number(sizePrecision ?? 0),
      backends: backends.value,
    },
  };
};

const isMapping = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (file: YamlFile, path: Path, message: string, remedy: string): Problem => ({
  place: file.placeOf(path),
  field: fieldOf(path),
  message,
  remedy,
});

const settingIn = (file: YamlFile, content: Given, name: keyof typeof SETTINGS): Read<unknown> => {
  if (!Object.hasOwn(content, name)) return { value: undefined };
  const { schema, right } = SETTINGS[name];
  const parsed = schema.safeParse(fromText(schema, content[name]));
  if (parsed.success) return { value: parsed.data };
  return { problems: [wrong(file, [name], `must be ${right.slice(0, right.indexOf(':'))}`, `give ${right}`)] };
};

const BACKENDS = 'give backends: a list, each with volume_backend_name, volume_driver and the options of its driver';

const backendsIn = async (file: YamlFile, given: unknown): Promise<Read<readonly FileBackend[]>> => {
  if (!Array.isArray(given) || given.length === 0) {
    const said = given === undefined ? 'needs backends' : 'must be a list of backends';
    return { problems: [wrong(file, given === undefined ? [] : ['backends'], said, BACKENDS)] };
  }
  const names = given.map((entry) => (isMapping(entry) ? entry.volume_backend_name : undefined));
  const read = await Promise.all(
    given.map((entry, index) => {
      const isTwice = names.indexOf(names[index]) < index && typeof names[index] === 'string';
      return backendIn(file, index, entry, isTwice);
    }),
  );
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) return { problems };
  return { value: read.flatMap((one) => ('value' in one ? [one.value] : [])) };
};

const backendIn = async (
  file: YamlFile,
  index: number,
  entry: unknown,
  isTwice: boolean,
): Promise<Read<FileBackend>> => {
  const at: Path = ['backends', index];
  if (!isMapping(entry)) return { problems: [wrong(file, at, 'must be a mapping', BACKENDS)] };
  const { volume_backend_name: name, volume_driver, ...options } = entry;
  const misnamed = isTwice
    ? [wrong(file, [...at, 'volume_backend_name'], 'is the name of a backend above', 'give each backend its own name')]
    : wrongName(file, at, entry);
  const missing = wrongDriver(file, at, entry);
  if (misnamed.length + missing.length > 0) return { problems: [...misnamed, ...missing] };
  const named = { name: String(name), volume_driver: String(volume_driver) };
  const found = await withDriver(file, named.name, { ...options, volume_driver: named.volume_driver }, at);
  if ('problem' in found) return { value: { ...named, problem: found.problem } };
  const known = credentialsIn(file, at, index, found.definition, options);
  if ('problems' in known) return known;
  const { backend, problems } = checkBackend(file, {}, { ...found, options: known.value.options });
  if (backend === null) return { problems };
  const { driver, options: complete } = backend;
  return {
    value: { ...named, driver, options: complete, shown: shownOf(complete), credentials: known.value.credentials },
  };
};

const wrongName = (file: YamlFile, at: Path, entry: Given): readonly Problem[] => {
  if (!Object.hasOwn(entry, 'volume_backend_name')) return [lacks(file, at, entry, 'volume_backend_name', 'a name')];
  const parsed = BackendName.safeParse(entry.volume_backend_name);
  if (parsed.success) return [];
  const said = typeof entry.volume_backend_name === 'string' ? parsed.error.issues[0]?.message : 'must be a text';
  return [wrong(file, [...at, 'volume_backend_name'], said ?? 'is no name', 'give another name')];
};

const DRIVER = "the name that Cinder has for the driver's class, one of `scoria driver list`, or ./driver.ts";

const wrongDriver = (file: YamlFile, at: Path, entry: Given): readonly Problem[] => {
  if (!Object.hasOwn(entry, 'volume_driver')) return [lacks(file, at, entry, 'volume_driver', DRIVER)];
  const { volume_driver } = entry;
  if (typeof volume_driver === 'string' && volume_driver !== '') return [];
  return [wrong(file, [...at, 'volume_driver'], 'must be the name of a driver', `give ${DRIVER}`)];
};

const lacks = (file: YamlFile, at: Path, entry: Given, key: string, right: string): Problem => {
  const meant = nearest(key, Object.keys(entry));
  const remedy = `give ${right}`;
  return wrong(file, at, `needs ${key}`, meant === undefined ? remedy : `did you mean it by "${meant}"? ${remedy}`);
};

const HIDDEN = '(not shown)';

/** Without references to credentials, and without what may be one that its driver does not know for such. */
const shownOf = (options: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const mayTell = isMapping(value) || (isCredentialOption(name) && value !== '') || holdsCredential(value);
      return [name, mayTell ? HIDDEN : value];
    }),
  );

/** While this is there, the backend's references lead to the credentials that the file has. */
export const lendCredentials = ({ credentials }: UsableBackend): Disposable => {
  const lent = new DisposableStack();
  for (const [variable, credential] of credentials) lent.use(provideCredential(variable, credential));
  return lent;
};

interface Credentials {
  /** With references in the place of credentials. */
  readonly options: Given;
  readonly credentials: ReadonlyMap<string, Secret>;
}

/** cinderlib's files have credentials in the clear: they stay in the memory of this process. */
const credentialsIn = (
  file: YamlFile,
  at: Path,
  index: number,
  definition: DriverDefinition,
  options: Given,
): Read<Credentials> => {
  const credentials = new Map<string, Secret>();
  const problems: Problem[] = [];
  const referred = Object.entries(options).flatMap(([name, value]) => {
    const schema = schemaOfOption(definition, name);
    if (schema === undefined || !isSecret(schema) || isMapping(referenceFromText(value))) return [[name, value]];
    // Cinder's default of many a password.
    if (value === '') return [];
    if (typeof value !== 'string') {
      problems.push(wrong(file, [...at, name], 'must be a text', 'put the credential into quotes'));
      return [];
    }
    const variable = `SCORIA_VALIDATE_${index + 1}_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`;
    credentials.set(variable, new Secret(value));
    return [[name, `env:${variable}`]];
  });
  return problems.length > 0 ? { problems } : { value: { options: Object.fromEntries(referred), credentials } };
};
