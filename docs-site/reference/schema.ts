import { z } from 'zod';
import { OpenIntentSchema, OpenQuestionSchema } from '../../src/domain/aggregate.ts';
import {
  BackendSchema,
  BackendStateSchema,
  BackendStatsSchema,
  PoolStatsSchema,
} from '../../src/domain/backend/backend.ts';
import { JsonObjectSchema } from '../../src/domain/json.ts';
import { OriginSchema } from '../../src/domain/origin.ts';
import { SealedSchema, ShreddedSchema } from '../../src/domain/sealed.ts';
import { aggregateOf } from '../../src/domain/streams.ts';
import {
  ConnectionInfoSchema,
  ConnectionSchema,
  DeviceSchema,
  FailureSchema,
  PinSchema,
  ResourceId,
  SnapshotSchema,
  VolumeSchema,
  VolumeStateSchema,
} from '../../src/domain/volume/volume.ts';
import { anchor } from './markdown.ts';

/** Shapes that several events hold: described once, and linked from wherever they stand. */
export const RECORDS: Readonly<Record<string, z.ZodType>> = {
  Volume: VolumeSchema,
  Snapshot: SnapshotSchema,
  Connection: ConnectionSchema,
  ConnectionInfo: ConnectionInfoSchema,
  Pin: PinSchema,
  Backend: BackendSchema,
  BackendStats: BackendStatsSchema,
  PoolStats: PoolStatsSchema,
  Sealed: SealedSchema,
  Shredded: ShreddedSchema,
  Failure: FailureSchema,
  OpenIntent: OpenIntentSchema,
  OpenQuestion: OpenQuestionSchema,
  Origin: OriginSchema,
  VolumeState: VolumeStateSchema,
  BackendState: BackendStateSchema,
  KeyValueState: aggregateOf('key_value').state,
};

const NAMED = new Map<z.core.$ZodType, string>([
  ...Object.entries(RECORDS).map(([name, schema]) => [schema, name] as const),
  [ResourceId, 'id'],
  [JsonObjectSchema, 'JSON object'],
  [DeviceSchema, 'device'],
]);

export interface FieldRow {
  /** `volume.name`; `[]` stands for each element of a list. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output', itself: string | undefined): JsonSchema =>
  z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const name = NAMED.get(zodSchema);
      if (name !== undefined && name !== itself) jsonSchema.title = name;
    },
  }) as JsonSchema;

/** Every field of an object, those of nested objects too, in the order of the schema. */
export const fieldsOf = (
  schema: z.ZodType,
  { io = 'output', itself }: { readonly io?: 'input' | 'output'; readonly itself?: string } = {},
): readonly FieldRow[] => rowsOf(jsonSchemaOf(schema, io, itself), '');

const rowsOf = (schema: JsonSchema, prefix: string): readonly FieldRow[] => {
  const variants = (schema.oneOf ?? []) as readonly JsonSchema[];
  if (variants.length > 0) return merged(variants.map((variant) => rowsOf(variant, prefix)));
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = property as JsonSchema;
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) ?? false;
    const object = objectIn(field);
    const record = object === undefined ? undefined : partOfRecord(object);
    if (record !== undefined) return [{ path, type: record, required }];
    return [{ path, type: typeText(field), required }, ...(object === undefined ? [] : rowsOf(object, `${path}.`))];
  });
};

/** The object that a field is, or is unless it is `null`, if it has no name of its own. */
const objectIn = (field: JsonSchema): JsonSchema | undefined =>
  [field, ...((field.anyOf ?? []) as readonly JsonSchema[])].find(
    ({ title, properties }) => title === undefined && properties !== undefined,
  );

const LEAST_FIELDS_OF_A_PART = 6;

/** What an intent plans of a record is most of its fields: those that are missing say it best. */
const partOfRecord = ({ properties = {} }: JsonSchema): string | undefined => {
  const names = Object.keys(properties);
  if (names.length < LEAST_FIELDS_OF_A_PART) return undefined;
  for (const [record, schema] of Object.entries(RECORDS)) {
    const all = Object.keys((schema as z.ZodObject).shape ?? {});
    if (!names.every((name) => all.includes(name))) continue;
    const missing = all.filter((name) => !names.includes(name)).map((name) => `\`${name}\``);
    return `${titleText(record)} without ${missing.join(', ')}`;
  }
  return undefined;
};

/** The fields of all variants; one that not every variant has is not required. */
const merged = (variants: readonly (readonly FieldRow[])[]): readonly FieldRow[] => {
  const rows = new Map<string, FieldRow>();
  for (const row of variants.flat()) {
    const before = rows.get(row.path);
    const type = before === undefined || before.type === row.type ? row.type : `${before.type} or ${row.type}`;
    const everywhere = variants.every((variant) => variant.some(({ path, required }) => path === row.path && required));
    rows.set(row.path, { path: row.path, type, required: everywhere });
  }
  return [...rows.values()];
};

const typeText = (schema: JsonSchema): string => {
  if (schema.title !== undefined) return titleText(schema.title);
  if (schema.anyOf !== undefined) return (schema.anyOf as readonly JsonSchema[]).map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return `one of ${schema.enum.map((one) => `\`${String(one)}\``).join(', ')}`;
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeText({ ...schema, type })).join(' or ');
  switch (schema.type) {
    case 'integer':
      return `integer${rangeText(schema)}`;
    case 'string':
      return `text${schema.maxLength === undefined ? '' : ` of at most ${schema.maxLength} characters`}`;
    case 'array':
      return `list of ${typeText(schema.items as JsonSchema)}`;
    case 'object':
      return objectText(schema);
    default:
      return typeof schema.type === 'string' ? schema.type : 'any JSON';
  }
};

const titleText = (title: string): string =>
  Object.hasOwn(RECORDS, title) ? `[${title}](events.md#${anchor(title)})` : title;

const objectText = ({ additionalProperties: values }: JsonSchema): string =>
  typeof values === 'object' ? `map of text to ${typeText(values)}` : 'object';

const rangeText = ({ minimum, maximum }: JsonSchema): string => {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : '';
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return from + to;
};
