import type { z } from 'zod';
import { rejections, ScoriaError } from '../domain/errors.ts';
import { type JsonObject, JsonObjectSchema } from '../domain/json.ts';
import { nearest } from '../nearest.ts';
import type { DriverDefinition } from './contract.ts';
import { describeOptions, jsonSchemaOf } from './describe-options.ts';
import { isSecret } from './options.ts';

type Given = Readonly<Record<string, unknown>>;

/**
 * A driver's options, checked and complete, as a backend's registration records them: credentials are references.
 * Values may be text, as a command line gives them.
 */
export const parseOptions = (definition: DriverDefinition, options: Given): JsonObject => {
  const shape = definition.options.shape;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name] of given) if (!Object.hasOwn(shape, name)) throw unknownOption(definition, name);

  const values = Object.fromEntries(given.map(([name, value]) => [name, fromText(shape[name], value)]));
  const parsed = definition.options.safeParse(values);
  if (!parsed.success) throw wrongOption(definition, values, parsed.error.issues);
  const complete = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
  const recordable = JsonObjectSchema.safeParse(complete);
  if (!recordable.success) throw unrecordableOption(definition, String(recordable.error.issues[0]?.path[0]));
  return recordable.data;
};

const TRUE = ['true', 'yes', 'on', '1'];
const FALSE = ['false', 'no', 'off', '0'];

/** Gives text the option's type. What does not read as that type stays text, for the schema to refuse. */
const fromText = (schema: z.core.$ZodType | undefined, value: unknown): unknown => {
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
): ScoriaError => new ScoriaError(rejections.InvalidDriverOption(message, remedy, { driver: definition.name, option }));

const unknownOption = (definition: DriverDefinition, name: string): ScoriaError => {
  const names = Object.keys(definition.options.shape).toSorted();
  const meant = nearest(name, names);
  const exist = `The options are ${names.join(', ')}`;
  return invalidOption(
    definition,
    name,
    `Driver "${definition.name}" has no option ${JSON.stringify(name)}`,
    meant === undefined ? exist : `Did you mean "${meant}"? ${exist}`,
  );
};

const wrongOption = (definition: DriverDefinition, values: Given, issues: readonly z.core.$ZodIssue[]): ScoriaError => {
  // An option's own issues precede those of checks over all options, whose messages could repeat a credential.
  const issue = issues[0];
  const name = String(issue?.path[0] ?? '');
  const option = describeOptions(definition).find((one) => one.name === name);
  const whose = `Option "${name}" of driver "${definition.name}"`;
  const remedy = `Give ${option?.type ?? 'what the driver expects'}: ${option?.description || name}`;
  if (option?.secret && Object.hasOwn(values, name)) {
    // Never the schema's own message: it could repeat what was given.
    const why = 'a credential is never given itself, because options are recorded in the log';
    const how = `Put it into an environment variable or a file and give env:NAME or file:/path for "${name}"`;
    return invalidOption(definition, name, `${whose} must be a reference: ${why}`, how);
  }
  if (option?.required && !Object.hasOwn(values, name)) {
    return invalidOption(definition, name, `Driver "${definition.name}" needs option "${name}"`, remedy);
  }
  const wrongType = issue?.code === 'invalid_type' || issue?.code === 'invalid_union';
  const problem = wrongType ? `must be ${option?.type}` : lowerFirst(issue?.message ?? 'is wrong');
  return invalidOption(definition, name, `${whose}: ${problem}`, remedy);
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const unrecordableOption = (definition: DriverDefinition, name: string): ScoriaError =>
  invalidOption(
    definition,
    name,
    `Option "${name}" of driver "${definition.name}" has a value that the log cannot hold`,
    'Give text, a whole number, a boolean or a list of these',
  );
