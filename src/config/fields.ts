import type { z } from 'zod';
import { jsonSchemaOf, typeText } from '../drivers/describe-options.ts';
import { isSecret, REFERENCE_FORMS } from '../drivers/options.ts';
import { fromText } from '../drivers/parse-options.ts';
import { didYouMean } from '../nearest.ts';
import { fieldOf, type Place, type Problem } from './problem.ts';
import { BackendEntry, ConfigurationSchema, FIELD_NAMES, type FieldName, fieldDescription, isField } from './schema.ts';
import type { Path, YamlFile } from './yaml-file.ts';

type Content = Readonly<Record<string, unknown>>;

/** What a file says field by field, without what is wrong in it, so that one mistake does not hide another. */
export interface Fields {
  readonly values: Readonly<Partial<Record<FieldName, unknown>>>;
  readonly problems: readonly Problem[];
}

const isMapping = (value: unknown): value is Content =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldsOf = ({ content, placeOf }: YamlFile): Fields => {
  if (content === undefined) return { values: {}, problems: [] };
  if (!isMapping(content)) {
    const remedy = 'write settings as key: value, such as log: scoria.db';
    return { values: {}, problems: [{ place: placeOf([]), field: '', message: 'holds no settings', remedy }] };
  }
  const found = Object.entries(content).map(([name, value]) => fieldNamed(name, value, placeOf));
  return {
    values: Object.assign({}, ...found.map(({ values }) => values)),
    problems: found.flatMap(({ problems }) => problems),
  };
};

const fieldNamed = (name: string, value: unknown, placeOf: YamlFile['placeOf']): Fields => {
  if (!isField(name)) return { values: {}, problems: [unknownField(name, placeOf([name]))] };
  if (name === 'backends' && isMapping(value)) return backendEntries(value, placeOf);
  const parsed = parseField(name, value, (path) => placeOf([name, ...path]));
  return 'problems' in parsed ? { values: {}, ...parsed } : { values: { [name]: parsed.value }, problems: [] };
};

export const unknownField = (name: string, place: Place): Problem => ({
  place,
  field: name,
  message: 'there is no such setting',
  remedy: didYouMean(name, FIELD_NAMES, 'the settings are'),
});

type Parsed = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** One setting, from a file or as text from the environment. */
export const parseField = (name: FieldName, given: unknown, placeOf: (path: Path) => Place): Parsed => {
  const schema = ConfigurationSchema.shape[name];
  const parsed = schema.safeParse(fromText(schema, given));
  if (parsed.success) return { value: parsed.data };
  const first = new Map(parsed.error.issues.toReversed().map((issue) => [fieldOf(issue.path), issue]));
  const problems = [...first.values()].toReversed().map(({ path, code, message }) => ({
    place: placeOf(path as Path),
    field: fieldOf([name, ...path]),
    message:
      code === 'custom' && !isSecret(schema) ? message : `must be ${path.length === 0 ? typeWords(schema) : 'a text'}`,
    remedy: `give ${path.length === 0 ? typeWords(schema) : 'a text'}: ${fieldDescription(name)}`,
  }));
  return { problems };
};

/** The type of a setting, in words. */
export const fieldType = (name: FieldName): string => {
  const schema = ConfigurationSchema.shape[name];
  return isSecret(schema) ? `reference: ${REFERENCE_FORMS}` : typeText(jsonSchemaOf(schema));
};

const typeWords = (schema: z.core.$ZodType): string => {
  if (isSecret(schema)) return `a reference, ${REFERENCE_FORMS}`;
  const words = typeText(jsonSchemaOf(schema));
  if (words === 'string') return 'a text that is not empty';
  if (words === 'boolean') return 'true or false';
  if (words.startsWith('object')) return 'a mapping';
  return /^(one|any)/.test(words) ? words : `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
};

const backendEntries = (entries: Content, placeOf: YamlFile['placeOf']): Fields => {
  const names = ConfigurationSchema.shape.backends.unwrap().keyType;
  const checked = Object.entries(entries).map(([name, entry]) => {
    const place = placeOf(['backends', name]);
    const named = names.safeParse(name);
    if (!named.success) return wrongName(name, place, named.error.issues[0]?.message ?? 'is no name');
    return backendEntry(name, entry, placeOf);
  });
  return {
    values: { backends: Object.fromEntries(checked.flatMap((one) => ('entry' in one ? [one.entry] : []))) },
    problems: checked.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
};

type Entry = { readonly entry: readonly [string, unknown] } | { readonly problem: Problem };

const wrongName = (name: string, place: Place, message: string): Entry => ({
  problem: { place, field: fieldOf(['backends', name]), message: `the name ${message}`, remedy: 'give another name' },
});

const wrongHosts = (name: string, { path, code, message }: z.core.$ZodIssue, placeOf: YamlFile['placeOf']): Entry => {
  const whole = ['backends', name, ...(path as Path)];
  return {
    problem: {
      place: placeOf(whole),
      field: fieldOf(whole),
      message: code === 'custom' || code === 'invalid_format' ? message : 'must be a list of names of hosts',
      remedy: `give hosts: ${BackendEntry.shape.hosts.unwrap().description}`,
    },
  };
};

const mistakeIn = (entry: unknown): { readonly keys: readonly string[]; readonly message: string } => {
  if (!isMapping(entry)) return { keys: [], message: 'must be a mapping of volume_driver and options' };
  if ('volume_driver' in entry) return { keys: ['volume_driver'], message: 'must be the name of a driver' };
  if ('driver' in entry) return { keys: ['driver'], message: 'is called volume_driver in this file' };
  return { keys: [], message: 'needs volume_driver' };
};

const backendEntry = (name: string, entry: unknown, placeOf: YamlFile['placeOf']): Entry => {
  const parsed = BackendEntry.safeParse(entry);
  if (parsed.success) return { entry: [name, parsed.data] };
  const ofDriver = parsed.error.issues.find(({ path: [key] }) => key !== 'hosts');
  const [issue] = parsed.error.issues;
  if (ofDriver === undefined && issue !== undefined) return wrongHosts(name, issue, placeOf);
  const { keys, message } = mistakeIn(entry);
  const path = ['backends', name, ...keys];
  return {
    problem: {
      place: placeOf(path),
      field: fieldOf(path),
      message,
      remedy: `give volume_driver: ${BackendEntry.shape.volume_driver.description}`,
    },
  };
};
