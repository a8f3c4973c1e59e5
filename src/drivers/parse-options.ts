import { isNonEmpty } from 'fp-ts/lib/Array.js';
import * as E from 'fp-ts/lib/Either.js';
import type { NonEmptyArray } from 'fp-ts/lib/NonEmptyArray.js';
import type { z } from 'zod';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { type JsonObject, JsonSchema } from '../domain/json.ts';
import { didYouMean } from '../nearest.ts';
import type { DriverDefinition } from './contract.ts';
import { describeOptions, jsonSchemaOf } from './describe-options.ts';
import { isSecret, REFERENCE_FORMS } from './options.ts';

type Given = Readonly<Record<string, unknown>>;

/**
 * A driver's options, checked and complete, as a backend's registration records them: credentials are references.
 * Values may be text, as a command line gives them.
 */
export const parseOptions = (definition: DriverDefinition, options: Given): JsonObject => {
  const checked = checkOptions(definition, options);
  if (E.isLeft(checked)) throw new ScoriaError(checked.left[0]);
  return checked.right;
};

export type InvalidOption = ReturnType<typeof rejections.InvalidDriverOption>;

/** `undefined` for what is no option, also when it is called `constructor`. */
export const schemaOfOption = ({ options: { shape } }: DriverDefinition, name: string): z.core.$ZodType | undefined =>
  Object.hasOwn(shape, name) ? shape[name] : undefined;

/** The same, with everything that is wrong: each problem's details name its option. */
export const checkOptions = (
  definition: DriverDefinition,
  options: Given,
): E.Either<NonEmptyArray<InvalidOption>, JsonObject> => {
  const shape = definition.options.shape;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const known = given.filter(([name]) => Object.hasOwn(shape, name));
  const unknown = given.filter(([name]) => !Object.hasOwn(shape, name));
  const values = Object.fromEntries(known.map(([name, value]) => [name, fromText(shape[name], value)]));
  const parsed = definition.options.safeParse(values);
  const problems = [
    ...unknown.map(([name]) => unknownOption(definition, name)),
    ...(parsed.success ? [] : wrongOptions(definition, values, parsed.error.issues)),
  ];
  if (isNonEmpty(problems)) return E.left(problems);
  const complete = Object.entries(parsed.data ?? {}).filter(([, value]) => value !== undefined);
  const unrecordable = complete.filter(([, value]) => !JsonSchema.safeParse(value).success);
  const unheld = unrecordable.map(([name]) => unrecordableOption(definition, name));
  return isNonEmpty(unheld) ? E.left(unheld) : E.right(Object.fromEntries(complete) as JsonObject);
};

const TRUE = ['true', 'yes', 'on', '1'];
const FALSE = ['false', 'no', 'off', '0'];

/** Gives text the type of what it is for. What does not read as that type stays text, for the schema to refuse. */
export const fromText = (schema: z.core.$ZodType | undefined, value: unknown): unknown => {
  if (schema === undefined || typeof value !== 'string' || isSecret(schema)) return value;
  const text = value.trim();
  const { type } = jsonSchemaOf(schema);
  if (type === 'integer' && /^[+-]?\d+$/.test(text)) return Number(text);
  if (type === 'number' && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && TRUE.includes(text.toLowerCase())) return true;
  if (type === 'boolean' && FALSE.includes(text.toLowerCase())) return false;
  if (type === 'array') return text === '' ? [] : text.split(',').map((item) => item.trim());
  return value;
};

export const invalidOption = (
  definition: DriverDefinition,
  option: string,
  message: string,
  remedy: string,
): InvalidOption => rejections.InvalidDriverOption(message, remedy, { driver: definition.name, option });

const unknownOption = (definition: DriverDefinition, name: string): InvalidOption =>
  invalidOption(
    definition,
    name,
    `driver "${definition.name}" has no option ${JSON.stringify(name)}`,
    didYouMean(name, Object.keys(definition.options.shape).toSorted(), 'the options are'),
  );

/** One problem per option: the first thing that its schema, or a check over all options, says. */
const wrongOptions = (
  definition: DriverDefinition,
  values: Given,
  issues: readonly z.core.$ZodIssue[],
): readonly InvalidOption[] => {
  const nameOf = (issue: z.core.$ZodIssue): string => String(issue.path[0] ?? '');
  const isCredential = (issue: z.core.$ZodIssue): boolean => {
    const schema = schemaOfOption(definition, nameOf(issue));
    return schema !== undefined && isSecret(schema) && Object.hasOwn(values, nameOf(issue));
  };
  // A check over all options sees what was given for a credential: its message could repeat it.
  const clear = issues.some(isCredential);
  const sayable = clear ? issues.filter((issue) => issue.code !== 'custom' || isCredential(issue)) : issues;
  const first = new Map(sayable.toReversed().map((issue) => [nameOf(issue), issue]));
  return [...first].toReversed().map(([name, issue]) => wrongOption(definition, values, name, issue));
};

const wrongOption = (
  definition: DriverDefinition,
  values: Given,
  name: string,
  issue: z.core.$ZodIssue,
): InvalidOption => {
  const option = describeOptions(definition).find((one) => one.name === name);
  const whose = `option "${name}" of driver "${definition.name}"`;
  const remedy = `give ${option?.type ?? 'what the driver expects'}: ${option?.description || name}`;
  if (option?.secret && Object.hasOwn(values, name)) {
    // Never the schema's own message: it could repeat what was given.
    const why = 'a credential is never given itself, because options are recorded in the log';
    const how = `put it where a reference finds it, and give ${REFERENCE_FORMS} for "${name}"`;
    return invalidOption(definition, name, `${whose} must be a reference: ${why}`, how);
  }
  if (option?.required && !Object.hasOwn(values, name)) {
    return invalidOption(definition, name, `driver "${definition.name}" needs option "${name}"`, remedy);
  }
  const wrongType = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const problem = wrongType ? `must be ${option?.type}` : lowerFirst(issue.message);
  return invalidOption(definition, name, `${whose}: ${problem}`, remedy);
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const unrecordableOption = (definition: DriverDefinition, name: string): InvalidOption =>
  invalidOption(
    definition,
    name,
    `option "${name}" of driver "${definition.name}" has a value that the log cannot hold`,
    'give text, a whole number, a boolean or a list of these',
  );
