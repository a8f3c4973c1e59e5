import fc from 'fast-check';
import type { z } from 'zod';
import { DeviceSchema } from '../../src/domain/volume/volume.ts';

type Schema = z.core.$ZodType;
interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly innerType?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly keyType?: Schema;
  readonly options?: readonly Schema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly getter?: () => Schema;
}
interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly pattern?: RegExp;
}

const DEEPEST = 2;

const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

const checksOf = (schema: Schema): readonly Check[] =>
  (schema._zod.def.checks ?? []).map((check) => check._zod.def as unknown as Check);

/** The limits and the pattern of a text or a number. */
const limitsOf = (schema: Schema) => {
  const checks = checksOf(schema);
  const numbersOf = (...names: readonly string[]) =>
    checks.flatMap(({ check, minimum, maximum, value }) =>
      names.includes(check) ? [minimum ?? maximum ?? value ?? 0] : [],
    );
  return {
    least: Math.max(...numbersOf('min_length', 'greater_than'), Number.MIN_SAFE_INTEGER),
    most: Math.min(...numbersOf('max_length', 'less_than'), Number.MAX_SAFE_INTEGER),
    pattern: checks.find(({ pattern }) => pattern !== undefined)?.pattern,
  };
};

/** What a schema says beyond its shape. */
const special = new Map<Schema, fc.Arbitrary<unknown>>([
  [DeviceSchema, fc.record({ path: fc.string({ minLength: 1 }), type: fc.constantFrom('block', 'file') })],
]);

/** Few enough that events of one stream are about the same things. */
const known = fc.constantFrom('one', 'two');

const times = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const texts = (schema: Schema): fc.Arbitrary<string> => {
  const { least, most, pattern } = limitsOf(schema);
  if (pattern !== undefined) {
    const matching = fc.stringMatching(pattern);
    return pattern.test('one')
      ? fc.oneof({ weight: 2, arbitrary: known }, { weight: 1, arbitrary: matching })
      : matching;
  }
  const minLength = Math.max(0, least);
  const length = { minLength, maxLength: Math.min(most, minLength + 20) };
  const any = fc.oneof(fc.string(length), fc.string({ ...length, unit: 'grapheme' }));
  return fc.oneof(known, any).filter((text) => minLength <= text.length && text.length <= most);
};

const numbers = (schema: Schema): fc.Arbitrary<number> => {
  const { least, most } = limitsOf(schema);
  return fc.integer({ min: Math.max(least, -(2 ** 52)), max: Math.min(most, 2 ** 52) });
};

const objects = ({ shape = {} }: Definition, depth: number): fc.Arbitrary<object> => {
  const optional = Object.keys(shape).filter((key) => definitionOf(shape[key] as Schema).type === 'optional');
  const fields = Object.fromEntries(Object.entries(shape).map(([key, of]) => [key, from(of, depth)]));
  return fc.record(fields, {
    noNullPrototype: true,
    requiredKeys: Object.keys(shape).filter((key) => !optional.includes(key)),
  });
};

const inner = (schema: Schema | undefined, depth: number): fc.Arbitrary<unknown> => {
  if (schema === undefined) throw new Error('a schema without what it wraps');
  return from(schema, depth);
};

const from = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
  const beyond = special.get(schema);
  if (beyond !== undefined) return beyond;
  const definition = definitionOf(schema);
  const { type, innerType, element, keyType, valueType, options = [], values = [], entries = {} } = definition;
  switch (type) {
    case 'object':
      return objects(definition, depth);
    case 'record':
      return depth > DEEPEST
        ? fc.constant({})
        : fc.dictionary(texts(keyType as Schema), inner(valueType, depth + 1), { maxKeys: 3, noNullPrototype: true });
    case 'array':
      return depth > DEEPEST ? fc.constant([]) : fc.array(inner(element, depth + 1), { maxLength: 3 });
    case 'union':
      return fc.oneof(...options.map((option) => from(option, depth)));
    case 'nullable':
      return fc.option(inner(innerType, depth), { nil: null });
    case 'optional':
    case 'readonly':
      return inner(innerType, depth);
    case 'lazy':
      return inner(definition.getter?.(), depth);
    case 'enum':
      return fc.constantFrom(...Object.values(entries));
    case 'literal':
      return fc.constantFrom(...values);
    case 'string':
      return definition.format === 'datetime' ? times : texts(schema);
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      throw new Error(`values of a ${type} cannot be made yet`);
  }
};

/** Anything that a schema accepts. */
export const accepted = <Value>(schema: z.ZodType<Value>): fc.Arbitrary<Value> =>
  from(schema, 0).filter((value) => schema.safeParse(value).success) as fc.Arbitrary<Value>;
