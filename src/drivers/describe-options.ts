import { z } from 'zod';
import type { Capability } from '../domain/backend/backend.ts';
import type { Json } from '../domain/json.ts';
import { silentLogger } from '../logging.ts';
import { callSignal } from './call.ts';
import { capabilitiesOf, type DriverDefinition } from './contract.ts';
import { descriptionOf, isDecimal, isSecret, REFERENCE_FORMS } from './options.ts';

export interface OptionDescription {
  readonly name: string;
  /** In words: `integer from 0 to 100`, `boolean`, `string`, `reference to a credential`, ... */
  readonly type: string;
  readonly required: boolean;
  readonly default?: Json;
  readonly description: string;
  readonly secret: boolean;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A driver's options as documentation and the command line show them. */
export const describeOptions = (definition: DriverDefinition): readonly OptionDescription[] =>
  Object.entries(definition.options.shape).map(([name, schema]) => {
    const described = jsonSchemaOf(schema);
    return {
      name,
      type: typeOf(schema, described),
      required: !definition.options.shape[name]?.safeParse(undefined).success,
      ...(described.default === undefined ? {} : { default: described.default as Json }),
      description: descriptionOf(schema),
      secret: isSecret(schema),
    };
  });

const typeOf = (schema: z.core.$ZodType, described: JsonSchema): string => {
  if (isSecret(schema)) return `reference to a credential, ${REFERENCE_FORMS}`;
  return isDecimal(schema) ? 'decimal number' : typeText(described);
};

/** The JSON schema of what an option becomes; a schema that JSON cannot express is described as anything. */
export const jsonSchemaOf = (schema: z.core.$ZodType): JsonSchema => {
  const described = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  const type = Array.isArray(described.type) ? described.type.find((one) => one !== 'null') : described.type;
  const branch = described.anyOf?.find((one) => one.type !== 'null') ?? {};
  return { ...described, ...(type === undefined ? {} : { type }), ...branch } as JsonSchema;
};

/** `integer from 0 to 100`, `one of a, b`, ... */
export const typeText = (schema: JsonSchema): string => {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${rangeText(schema)}`;
  if (schema.type === 'array') return 'list, separated by commas';
  return typeof schema.type === 'string' ? schema.type : 'any';
};

const rangeText = ({ minimum, maximum }: JsonSchema): string => {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : '';
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return from + to;
};

/**
 * What the driver can, with the defaults of its options; `null` when it cannot be made without options that only an
 * operator knows. It is made and not set up, so that nothing is touched.
 */
export const describeCapabilities = (definition: DriverDefinition): readonly Capability[] | null => {
  const refused = () => Promise.reject(new Error('a driver that is only looked at starts no programs'));
  try {
    const given = describeOptions(definition).filter(({ required }) => required);
    const samples = Object.fromEntries(given.map(({ name }) => [name, sampleOf(definition.options.shape[name])]));
    const options = definition.options.parse(samples);
    const environment = { backendName: 'unnamed', run: refused, log: silentLogger, signal: callSignal };
    return capabilitiesOf(definition.create(options, environment));
  } catch {
    return null;
  }
};

/** Something of the option's type, in the place of what only an operator knows. */
const sampleOf = (schema: z.core.$ZodType | undefined): unknown => {
  if (schema === undefined) return undefined;
  if (isSecret(schema)) return { env: 'NAME' };
  const { type, enum: choices, minimum } = jsonSchemaOf(schema);
  if (choices !== undefined) return choices[0];
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'boolean') return false;
  return type === 'array' ? [] : 'unknown';
};
