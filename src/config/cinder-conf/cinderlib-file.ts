import { isCredentialOption } from '../../credential-names.ts';
import { fieldOf, type Problem, refusalOf } from '../problem.ts';
import { type Path, parseYaml, type YamlFile } from '../yaml-file.ts';
import type { GivenBackend, GivenBackends } from './source.ts';
import type { LookUp } from './templates.ts';

type Given = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the YAML that cinderlib's own functional tests take: a list of backends. */
export const readCinderlibFile = async (
  file: string,
  text: string,
  tell: (problem: Problem) => void,
): Promise<GivenBackends> => {
  const yaml = await parseYaml(file, text);
  const [first, ...more] = yaml.problems;
  if (first !== undefined) throw refusalOf([first, ...more]);
  const { backends, ...rest } = isMap(yaml.content) ? yaml.content : {};
  if (!Array.isArray(backends)) {
    throw wrong(
      yaml,
      ['backends'],
      'must be a list of backends',
      'give backends: and below it one item for each, with volume_backend_name and volume_driver',
    );
  }
  for (const name of Object.keys(rest)) {
    const message = "is left out: it is of cinderlib's functional tests";
    tell({ place: yaml.placeOf([name]), field: name, message, remedy: 'nothing need be done' });
  }
  const place = yaml.placeOf([]);
  return {
    backends: backends.map((backend, index) => backendOf(yaml, backend, index)),
    defaults: { place, options: [], lookUp: () => null },
  };
};

const wrong = (yaml: YamlFile, path: Path, message: string, remedy: string): Error =>
  refusalOf([{ place: yaml.placeOf(path), field: fieldOf(path), message, remedy }]);

const backendOf = (yaml: YamlFile, given: unknown, index: number): GivenBackend => {
  const path: Path = ['backends', index];
  const name = isMap(given) ? given.volume_backend_name : undefined;
  if (!isMap(given) || typeof name !== 'string') {
    throw wrong(yaml, path, 'has no volume_backend_name', 'give it one, by which it is known');
  }
  const options = Object.entries(given).map(([option, value]) => ({
    name: option,
    values: [value],
    place: yaml.placeOf([...path, option]),
  }));
  return { name, place: yaml.placeOf(path), options, lookUp: lookUpIn(given) };
};

/** cinderlib fills in the other options of the same backend. */
const lookUpIn =
  (given: Given): LookUp =>
  (group, name) => {
    const value = group === null && Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null || typeof value === 'object') return null;
    return { text: String(value), isCredential: isCredentialOption(name) };
  };
