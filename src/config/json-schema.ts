import { z } from 'zod';
import type { DriverDefinition } from '../drivers/contract.ts';
import { descriptionOf, isDecimal, isSecret } from '../drivers/options.ts';
import { listDrivers, namesOf } from '../drivers/registry.ts';
import { BackendEntry, ConfigurationSchema, FIELD_NAMES, fieldDescription } from './schema.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

type Schema = z.core.JSONSchema.BaseSchema;

export const builtInConfigurationSchema = async (): Promise<Schema> => configurationSchema(await listDrivers());

/** The JSON Schema (draft 2020-12) of a configuration file, with the options of these drivers. */
export const configurationSchema = (drivers: readonly DriverDefinition[]): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'scoria.yaml',
  description: 'The configuration of Scoria',
  type: 'object',
  properties: Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldSchema(name)])),
  additionalProperties: false,
  $defs: {
    credential: CREDENTIAL,
    backend: backendSchema(drivers),
    backend_defaults: {
      type: 'object',
      properties: Object.assign({}, ...drivers.map(optionSchemas)),
    },
  },
});

const fieldSchema = (name: (typeof FIELD_NAMES)[number]): Schema => {
  const description = fieldDescription(name);
  if (name === 'backend_defaults') return { description, $ref: '#/$defs/backend_defaults' };
  if (name === 'backends') {
    const { propertyNames } = schemaOf(ConfigurationSchema.shape.backends.unwrap());
    return { description, type: 'object', propertyNames, additionalProperties: { $ref: '#/$defs/backend' } } as Schema;
  }
  if (isSecret(ConfigurationSchema.shape[name])) return { description, $ref: '#/$defs/credential' };
  const { default: value }: Setting = SETTINGS[name as SettingName];
  const { default: _none, ...schema } = schemaOf(ConfigurationSchema.shape[name]);
  return { description, ...schema, ...(value === null ? {} : { default: value }) };
};

const schemaOf = (schema: z.core.$ZodType): Schema => {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const { $schema: _dialect, format, ...rest } = described;
  // zod names formats that JSON Schema does not have (`starts_with`); the pattern beside them says the same.
  return format === undefined || rest.pattern !== undefined ? rest : { ...rest, format };
};

/** Every part is the driver's own, so that an editor knows the options once it knows the driver. */
const backendSchema = (drivers: readonly DriverDefinition[]): Schema => ({
  type: 'object',
  properties: {
    volume_driver: {
      description: BackendEntry.shape.volume_driver.description ?? '',
      anyOf: [
        { enum: drivers.flatMap(({ name }) => namesOf(name)) },
        { type: 'string', pattern: '^(\\.|/|file:|npm:)', description: 'A driver of your own' },
      ],
    },
    hosts: schemaOf(BackendEntry.shape.hosts.unwrap()),
  },
  required: ['volume_driver'],
  allOf: drivers.map((driver) => ({
    if: { properties: { volume_driver: { enum: [...namesOf(driver.name)] } }, required: ['volume_driver'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { volume_driver: true, hosts: true, ...optionSchemas(driver) }, additionalProperties: false },
  })),
});

/** An option that is required may stand among the defaults: only `scoria config check` sees that one is missing. */
const optionSchemas = ({ options: { shape } }: DriverDefinition): Record<string, Schema> =>
  Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, optionSchema(schema)]));

const optionSchema = (schema: z.core.$ZodType): Schema => {
  const description = descriptionOf(schema);
  if (isSecret(schema)) return { description, $ref: '#/$defs/credential' };
  const { path: _path, decimal: _decimal, ...described } = schemaOf(schema) as Schema & Record<string, unknown>;
  if (!isDecimal(schema)) return described;
  const { type, pattern, ...rest } = described;
  return {
    ...rest,
    anyOf: [{ type: 'number' }, { type: type ?? 'string', ...(pattern === undefined ? {} : { pattern }) }],
  };
};

const CREDENTIAL: Schema = {
  description: 'Where the credential is found when it is used; never the credential itself',
  anyOf: [
    one('env', { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description: 'A variable of the environment' }),
    one('file', { type: 'string', minLength: 1, description: 'A file; its last newline is left out' }),
    one('command', {
      type: 'array',
      items: { type: 'string' },
      minItems: 1,
      description: 'A program and its arguments, run without a shell; what it prints, without the last newline',
    }),
    { type: 'string', pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|command:.+)$' },
  ],
};

function one(name: string, schema: Schema): Schema {
  return { type: 'object', properties: { [name]: schema }, required: [name], additionalProperties: false };
}
